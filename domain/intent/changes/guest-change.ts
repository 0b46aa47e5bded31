import type { JsonObject } from '../../json';
import type { GuestKind } from '../../proxmox/guest-config';
import type { Changed, DiskFields, InterfaceFields, VmFields } from './fields';

/** Which guest a change is about, as NetBox knows it. Nothing of it is proven until the guest was read. */
export interface GuestName {
  /** Id of the virtual machine in NetBox; null where a posted change names none. */
  readonly netboxId: number | null;
  readonly name: string;
  readonly kind: GuestKind;
  /** Null: not given (a create may be given one). */
  readonly vmid: number | null;
  /** Null: neither the virtual machine nor its cluster says which endpoint it is on. */
  readonly endpointId: string | null;
}

/** A part (interface, disk) that a change adds. */
export interface AddedPart<Fields> {
  readonly op: 'create';
  /** NetBox id; null where a posted change names none. */
  readonly netboxId: number | null;
  readonly fields: Fields;
}

export interface ChangedPart<Fields> {
  readonly op: 'update';
  readonly netboxId: number | null;
  /** Name before the change. */
  readonly name: string;
  /** Key in the guest's configuration (`net0`, `scsi1`) where reflection has linked it. */
  readonly key: string | null;
  readonly changed: Changed<Fields>;
}

export interface RemovedPart {
  readonly op: 'delete';
  readonly netboxId: number | null;
  readonly name: string;
  readonly key: string | null;
}

export type PartChange<Fields> = AddedPart<Fields> | ChangedPart<Fields> | RemovedPart;

export interface GuestCreate {
  readonly op: 'create';
  readonly guest: GuestName;
  readonly vm: VmFields;
  readonly interfaces: readonly AddedPart<InterfaceFields>[];
  readonly disks: readonly AddedPart<DiskFields>[];
  /** Secrets that a person stored with us, by what they are for. The secret itself is never in a change. */
  readonly secrets: GuestSecrets;
}

/** Names of stored secrets. */
export interface GuestSecrets {
  /** Password of the cloud-init user, or of root in a container. */
  readonly password?: string;
}

export interface GuestUpdate {
  readonly op: 'update';
  readonly guest: GuestName;
  /** Only what was changed. */
  readonly vm: Changed<VmFields>;
  readonly interfaces: readonly PartChange<InterfaceFields>[];
  readonly disks: readonly PartChange<DiskFields>[];
  readonly secrets: GuestSecrets;
}

export interface GuestDelete {
  readonly op: 'delete';
  readonly guest: GuestName;
  /** What NetBox had, by which the virtual machine can be brought back: itself first, then what went with it. */
  readonly originals: readonly DeletedObject[];
}

export interface DeletedObject {
  readonly objectType: string;
  readonly objectId: number;
  readonly original: JsonObject;
}

export type GuestChange = GuestCreate | GuestUpdate | GuestDelete;
export type IntentOp = GuestChange['op'];
