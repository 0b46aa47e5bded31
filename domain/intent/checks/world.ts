import type { GuestKind } from '../../proxmox/guest-config';

/** What a cluster has at the moment, as far as plans are checked against it. Read once for all plans of an endpoint. */
export interface PlanWorld {
  readonly nodes: readonly { readonly name: string; readonly online: boolean }[];
  readonly storages: readonly StorageFacts[];
  /** Bridges and virtual networks, by node. */
  readonly bridges: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every VMID that the cluster has. */
  readonly guests: readonly WorldGuest[];
  /** ISO images and container archives that the storages list, as volume ids. */
  readonly volumes: ReadonlySet<string>;
  /** VMIDs that are kept for guests that do not exist yet, with the mark of the guest that each is for. */
  readonly reservedVmids: ReadonlyMap<number, string>;
  /** What new guests were promised that do not exist yet, by the NetBox ids of their virtual machines. */
  readonly promised: ReadonlyMap<number, PromisedBirth>;
  /** From which VMIDs new guests are given one, both ends included. */
  readonly vmidRange: { readonly from: number; readonly to: number };
}

/** The VMID and the mark that a virtual machine's guest is born with, whoever plans it. */
export interface PromisedBirth {
  readonly vmid: number;
  readonly mark: string;
  /** A run is about to make the guest, or makes it. */
  readonly isUnderWay: boolean;
}

export interface StorageFacts {
  readonly node: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly active: boolean;
  readonly shared: boolean;
  /** `images`, `rootdir`, `iso`, `vztmpl`, `snippets`, … */
  readonly content: readonly string[];
  /** Null where the storage does not say. */
  readonly freeBytes: number | null;
}

export interface WorldGuest {
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly node: string;
  readonly name: string | null;
  readonly template: boolean;
}

/** Ceilings of a run and of an endpoint; null is none. */
export interface PlanLimits {
  /** Changes that one run may make. */
  readonly changesPerRun: number | null;
  /** Percent of an endpoint's guests that one run may change; a handful is always allowed. */
  readonly percentOfGuests: number | null;
  readonly guests: number | null;
  readonly vcpus: number | null;
  readonly memoryMib: number | null;
  readonly diskMib: number | null;
}

/** What the guests of an endpoint use now, and what the run's plans would add, in the plans' order up to and including the one that is asked about. */
export interface Usage {
  readonly guests: number;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskMib: number;
}
