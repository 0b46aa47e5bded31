import { branchingTypes } from '../branching/types';
import type { ObjectType } from './object-type';
import { ipAddress, prefix } from './types/addresses';
import { cluster, clusterGroup, clusterType } from './types/clusters';
import { job, objectChange } from './types/core';
import { choiceSet, customField } from './types/custom-fields';
import { device } from './types/devices';
import { eventRule, webhook } from './types/events';
import { customLink, journalEntry, savedFilter, tag } from './types/extras';
import { deviceInterface, vmInterface } from './types/interfaces';
import { ipamRole, vlan, vlanGroup, vrf } from './types/ipam';
import { macAddress } from './types/mac-addresses';
import { deviceRole, deviceType, manufacturer, platform, site, tenant } from './types/organisation';
import { proxboxTypes } from './types/proxbox';
import { objectTypeModel } from './types/object-types';
import { objectPermission, token, user } from './types/users';
import { virtualDisk, virtualMachine, virtualMachineType } from './types/virtualization';

const BUILT_IN: readonly ObjectType[] = [
  tag,
  choiceSet,
  customField,
  customLink,
  savedFilter,
  webhook,
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
  objectTypeModel,
];

/** Every model that the simulator plays. */
export function objectTypes({ pluginProxbox, branching }: { pluginProxbox: boolean; branching: boolean }): readonly ObjectType[] {
  return [...BUILT_IN, eventRule(branching), ...(pluginProxbox ? proxboxTypes : []), ...(branching ? branchingTypes : [])];
}
