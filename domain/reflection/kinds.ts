import type { Kind } from './kind';
import { reflectionKindNames, type ReflectionKindName } from './kind-names';
import { cluster } from './kinds/cluster';
import { device } from './kinds/device';
import { vmInterface } from './kinds/interface';
import { ipAddress } from './kinds/ip-address';
import { macAddress, primaryMac } from './kinds/mac-address';
import { primaryIp } from './kinds/primary-ip';
import { primaryRelease } from './kinds/primary-release';
import { site } from './kinds/site';
import { tag } from './kinds/tag';
import { virtualDisk } from './kinds/virtual-disk';
import { virtualMachine } from './kinds/virtual-machine';
import { vlan } from './kinds/vlan';

const register: Record<ReflectionKindName, Kind> = {
  tag,
  site,
  cluster,
  device,
  vlan,
  'virtual-machine': virtualMachine,
  interface: vmInterface,
  'mac-address': macAddress,
  'primary-mac': primaryMac,
  'primary-release': primaryRelease,
  'ip-address': ipAddress,
  'primary-ip': primaryIp,
  'virtual-disk': virtualDisk,
};

export const kindNamed = (name: ReflectionKindName): Kind => register[name];

/** In the order in which they are written. */
export const kindsInOrder: Kind[] = reflectionKindNames.map(kindNamed);

/** The kinds asked for, with everything they depend on. Nothing asked for means all. */
export function kindClosure(wanted: ReflectionKindName[] | undefined): Set<ReflectionKindName> {
  const closure = new Set<ReflectionKindName>();
  const add = (name: ReflectionKindName): void => {
    if (closure.has(name)) return;
    closure.add(name);
    register[name].dependsOn.forEach(add);
  };
  (wanted?.length ? wanted : reflectionKindNames).forEach(add);
  if (closure.has('ip-address')) closure.add('primary-release');
  return closure;
}
