import type { GuestKind } from '../../../proxmox/guest-config';
import { nicModels } from '../../../proxmox/nic';
import { formatPropertyString, withProperty, withoutProperty, type PropertyString } from '../../../proxmox/property-string';
import type { InterfaceFields } from '../../changes/fields';
import { refuse, type Edit } from '../edit';

/** An address of one card; the multicast bit must not be set (Proxmox VE 9.2). */
const UNICAST = /^[0-9A-F][02468ACE](:[0-9A-F]{2}){5}$/i;

/** The name of an interface inside a container. */
const IF_NAME = /^[A-Za-z0-9_.-]{2,15}$/;

/** Every VLAN. A card without trunks passes them all, too, but says so to nobody. */
const ALL_VLANS = '2-4094';

export type NicSwitching = Partial<Pick<InterfaceFields, 'enabled' | 'mtu' | 'vlan' | 'trunks' | 'bridge'>>;

/** The same card with other settings, all else as it stands: model, MAC address, firewall, rate. */
export function withSwitching(parts: PropertyString, { enabled, mtu, vlan, trunks, bridge }: NicSwitching): PropertyString {
  const set = (to: PropertyString, key: string, value: string | number | null | undefined): PropertyString =>
    value === undefined ? to : value === null ? withoutProperty(to, key) : withProperty(to, key, String(value));
  const trunkText = trunks === undefined ? undefined : trunks === 'all' ? ALL_VLANS : trunks?.length ? trunks.join(';') : null;
  let next = set(parts, 'bridge', bridge);
  next = set(next, 'tag', vlan);
  next = set(next, 'trunks', trunkText);
  next = set(next, 'mtu', mtu);
  return set(next, 'link_down', enabled === undefined ? undefined : enabled ? null : 1);
}

/** A new card. Without a MAC address Proxmox makes one up. */
export function newNic(kind: GuestKind, key: string, fields: InterfaceFields, defaultBridge: string | null): Edit {
  const field = `interfaces.${fields.name}`;
  const bridge = fields.bridge ?? defaultBridge;
  const refused = bridge === null ? noBridge(field) : newNicProblem(kind, field, fields);
  if (refused) return refused;
  const model = fields.model ?? 'virtio';
  const name = IF_NAME.test(fields.name) && !/^net\d+$/.test(fields.name) ? fields.name : `eth${key.slice('net'.length)}`;
  const card: PropertyString =
    kind === 'qemu'
      ? [fields.mac === null ? { key: null, value: model } : { key: model, value: fields.mac }]
      : [
          { key: 'name', value: name },
          ...(fields.mac === null ? [] : [{ key: 'hwaddr', value: fields.mac }]),
          { key: 'type', value: 'veth' },
        ];
  const { enabled, mtu, vlan, trunks } = fields;
  return { set: { [key]: formatPropertyString(withSwitching(card, { bridge, enabled, mtu, vlan, trunks })) } };
}

export const noBridge = (field: string): Edit =>
  refuse('nic_bridge_missing', `${field}.bridge`, 'A card needs a bridge. Set the custom field proxmox_bridge of the interface.');

/** Why a card cannot be made so. */
export const newNicProblem = (
  kind: GuestKind,
  field: string,
  { mac, mtu, model }: Pick<InterfaceFields, 'mac' | 'mtu' | 'model'>,
): Edit | undefined => macProblem(field, mac) ?? mtuProblem(kind, field, mtu) ?? modelProblem(kind, field, model);

function modelProblem(kind: GuestKind, field: string, model: string | null): Edit | undefined {
  if (kind === 'lxc' || model === null || nicModels.some(known => known === model)) return undefined;
  return refuse('nic_model_unknown', `${field}.model`, `There is no card ${model}. The models are ${nicModels.join(', ')}.`);
}

function macProblem(field: string, mac: string | null): Edit | undefined {
  if (mac === null || UNICAST.test(mac)) return undefined;
  return refuse('mac_invalid', `${field}.mac`, `${mac} is no address of one card. The second digit must be even.`);
}

/** 64 to 65535 in a container, 1 to 65520 in a virtual machine, where 1 means the bridge's (Proxmox VE 9.2). */
export function mtuProblem(kind: GuestKind, field: string, mtu: number | null | undefined): Edit | undefined {
  const [least, most] = kind === 'qemu' ? [2, 65_520] : [64, 65_535];
  if (mtu === null || mtu === undefined || (mtu >= least && mtu <= most)) return undefined;
  return refuse('mtu_invalid', `${field}.mtu`, `Proxmox takes an MTU from ${least} to ${most}, not ${mtu}.`);
}

/** The key of a new card: its name in NetBox where that is one, else the next free one. Null when there is none. */
export function newNicKey(name: string, taken: ReadonlySet<string>): string | null {
  if (/^net([12]?\d|3[01])$/.test(name)) return taken.has(name) ? null : name;
  for (let n = 0; n < 32; n++) if (!taken.has(`net${n}`)) return `net${n}`;
  return null;
}
