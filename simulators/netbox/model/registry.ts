import type { ObjectType } from './object-type';
import { ipAddress, prefix } from './types/addresses';
import { cluster, clusterGroup, clusterType } from './types/clusters';
import { job, objectChange } from './types/core';
import { choiceSet, customField } from './types/custom-fields';
import { device } from './types/devices';
import { customLink, journalEntry, savedFilter, tag } from './types/extras';
import { deviceInterface, vmInterface } from './types/interfaces';
import { ipamRole, vlan, vlanGroup, vrf } from './types/ipam';
import { macAddress } from './types/mac-addresses';
import { deviceRole, deviceType, manufacturer, platform, site, tenant } from './types/organisation';
import { proxboxTypes } from './types/proxbox';
import { objectPermission, token, user } from './types/users';
import { virtualDisk, virtualMachine, virtualMachineType } from './types/virtualization';

const BUILT_IN: readonly ObjectType[] = [
  tag,
  choiceSet,
  customField,
  customLink,
  savedFilter,
  tenant,
  site,
  manufacturer,
  platform,
  deviceType,
  deviceRole,
  clusterType,
  clusterGroup,
  cluster,
  device,
  virtualMachineType,
  virtualMachine,
  vrf,
  ipamRole,
  vlanGroup,
  vlan,
  deviceInterface,
  vmInterface,
  virtualDisk,
  macAddress,
  prefix,
  ipAddress,
  journalEntry,
  user,
  objectPermission,
  token,
  objectChange,
  job,
];

/** Every model that the simulator plays. */
export function objectTypes(pluginProxbox: boolean): readonly ObjectType[] {
  return pluginProxbox ? [...BUILT_IN, ...proxboxTypes] : BUILT_IN;
}
