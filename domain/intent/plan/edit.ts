import type { Json } from '../../json';

/** A field that differs, in NetBox's units: what Proxmox has now, and what it gets. */
export interface FieldDifference {
  /** As NetBox calls it: `memory`, `disks.scsi0.size`, `interfaces.net0.vlan`. */
  readonly field: string;
  readonly from: Json;
  readonly to: Json;
}

/** A secret that is kept by us, by its name: it is put in place of this by the activity that sends the call, and nowhere else. */
export interface SecretReference {
  readonly secret: string;
}
export type Param = string | number | SecretReference;

export const isSecretReference = (param: Param): param is SecretReference => typeof param === 'object';

/** Why a change of a guest is not made. */
export type RefusalCode =
  | 'name_invalid'
  | 'vcpus_not_divisible'
  | 'vcpus_not_whole'
  | 'memory_too_small'
  | 'kind_changed'
  | 'node_changed'
  | 'cluster_changed'
  | 'vmid_changed'
  | 'disk_unknown'
  | 'disk_shrink'
  | 'disk_removed'
  | 'disk_key_taken'
  | 'storage_missing'
  | 'nic_unknown'
  | 'nic_removed'
  | 'nic_bridge_missing'
  | 'mac_changed'
  | 'mac_invalid'
  | 'mtu_invalid'
  | 'nic_model_unknown'
  | 'nic_model_changed'
  | 'template_and_iso'
  | 'ostemplate_missing'
  | 'cloud_init_invalid'
  | 'cloud_init_drive_missing'
  | 'snippets_not_writable'
  | 'description_too_long'
  | 'tag_refused';

export interface Refusal {
  readonly code: RefusalCode;
  readonly field: string;
  /** What is the matter, and what to do about it. */
  readonly message: string;
}

/** Something that is not done without stopping the rest. */
export interface Remark {
  readonly field: string;
  readonly message: string;
}

/** What is to be done to a guest's configuration. */
export interface Edit {
  /** Keys to set. */
  readonly set?: Readonly<Record<string, Param>>;
  /** Keys to delete. */
  readonly remove?: readonly string[];
  /** Disks to grow, to a size in bytes. */
  readonly grow?: Readonly<Record<string, number>>;
  readonly refusals?: readonly Refusal[];
  readonly remarks?: readonly Remark[];
  /** Parts of NetBox that the edit makes keys of the configuration of. */
  readonly links?: readonly PartLink[];
}

/** Which object of NetBox shows which key of the guest's configuration. */
export interface PartLink {
  readonly kind: 'interface' | 'virtual-disk';
  readonly netboxId: number;
  /** `net0`, `scsi1`. */
  readonly key: string;
}

/** Later edits win over earlier ones; a key that is set is not deleted as well, which Proxmox refuses. */
export function mergeEdits(edits: readonly Edit[]): Required<Edit> {
  const set = Object.assign({}, ...edits.map(edit => edit.set)) as Record<string, Param>;
  return {
    set,
    remove: [...new Set(edits.flatMap(edit => edit.remove ?? []))].filter(key => !(key in set)),
    grow: Object.assign({}, ...edits.map(edit => edit.grow)) as Record<string, number>,
    refusals: edits.flatMap(edit => edit.refusals ?? []),
    remarks: edits.flatMap(edit => edit.remarks ?? []),
    links: edits.flatMap(edit => edit.links ?? []),
  };
}

export const refuse = (code: RefusalCode, field: string, message: string): Edit => ({ refusals: [{ code, field, message }] });
export const remark = (field: string, message: string): Edit => ({ remarks: [{ field, message }] });
