import type { GuestKind } from '../../proxmox/guest-config';

/**
 * What the snapshots of changes point to. Whoever collects changes reads it from NetBox first, also for objects that the changes do not
 * touch: an interface's virtual machine, a VLAN's number.
 */
export interface NetBoxFacts {
  /** Virtual machines that exist in NetBox's main. */
  readonly vms: ReadonlyMap<number, VmFacts>;
  readonly interfaces: ReadonlyMap<number, InterfaceFacts>;
  readonly disks: ReadonlyMap<number, PartFacts>;
  /** VLAN number by the id of the VLAN. */
  readonly vlans: ReadonlyMap<number, number>;
  /** MAC address by the id of its object. */
  readonly macs: ReadonlyMap<number, string>;
  /** Endpoint by the id of the cluster that shows it. */
  readonly clusterEndpoints: ReadonlyMap<number, string>;
  /** Node by the id of the device that shows it. */
  readonly deviceNodes: ReadonlyMap<number, string>;
  /** What a role or a virtual machine type is called, by its id; tells containers. */
  readonly roleSlugs: ReadonlyMap<number, string>;
  readonly typeSlugs: ReadonlyMap<number, string>;
  /** How the content type of interfaces of virtual machines is written in a snapshot: its id, beside its name. */
  readonly interfaceTypeId: number | null;
}

export interface VmFacts {
  readonly name: string;
  readonly kind: GuestKind;
  readonly vmid: number | null;
  readonly endpointId: string | null;
}

export interface PartFacts {
  readonly vmId: number;
  readonly name: string;
  /** Key in the guest's configuration where reflection has linked it. */
  readonly key: string | null;
}

export interface InterfaceFacts extends PartFacts {
  readonly primaryMacId: number | null;
}

export const noFacts: NetBoxFacts = {
  vms: new Map(),
  interfaces: new Map(),
  disks: new Map(),
  vlans: new Map(),
  macs: new Map(),
  clusterEndpoints: new Map(),
  deviceNodes: new Map(),
  roleSlugs: new Map(),
  typeSlugs: new Map(),
  interfaceTypeId: null,
};
