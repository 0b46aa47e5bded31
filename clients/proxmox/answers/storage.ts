import { Fields } from '../fields';

/** A storage of the cluster configuration. */
export interface StorageDefinition {
  readonly storage: string;
  readonly type: string;
  readonly content: readonly string[];
  readonly shared: boolean;
  readonly disabled: boolean;
  /** Nodes that it is limited to; empty is all. */
  readonly nodes: readonly string[];
}

/** A storage as one node sees it. */
export interface NodeStorage {
  readonly storage: string;
  readonly type: string;
  readonly content: readonly string[];
  readonly active: boolean;
  readonly enabled: boolean;
  readonly shared: boolean;
  /** Bytes. */
  readonly total: number | null;
  readonly used: number | null;
  readonly avail: number | null;
}

/**
 * A volume. Backups are listed only for callers with `VM.Backup` on the guest and `Datastore.AllocateSpace` on the storage, disk
 * images likewise: an empty list proves nothing.
 */
export interface StorageVolume {
  readonly volid: string;
  /** `images`, `rootdir`, `backup`, `iso`, `vztmpl`, `import`, `snippets`. */
  readonly content: string | null;
  readonly vmid: number | null;
  readonly format: string | null;
  /** Bytes. */
  readonly size: number | null;
  /** Seconds since 1970. */
  readonly ctime: number | null;
  /** First line. */
  readonly notes: string | null;
  readonly protected: boolean;
  readonly encrypted: string | null;
  /** `ok`, `failed`; on a Proxmox Backup Server. */
  readonly verification: string | null;
  /** Backups: `qemu` or `lxc`. */
  readonly subtype: string | null;
}

export function parseStorages(data: unknown): StorageDefinition[] {
  return Fields.rows(data).map(row => ({
    storage: row.text('storage'),
    type: row.text('type'),
    content: row.words('content'),
    shared: row.flag('shared'),
    disabled: row.flag('disable'),
    nodes: row.words('nodes'),
  }));
}

export function parseNodeStorages(data: unknown): NodeStorage[] {
  return Fields.rows(data).map(row => ({
    storage: row.text('storage'),
    type: row.text('type'),
    content: row.words('content'),
    active: row.flag('active'),
    enabled: row.flag('enabled', true),
    shared: row.flag('shared'),
    total: row.numberOrNull('total'),
    used: row.numberOrNull('used'),
    avail: row.numberOrNull('avail'),
  }));
}

export function parseStorageContent(data: unknown): StorageVolume[] {
  return Fields.rows(data).map(row => ({
    volid: row.text('volid'),
    content: row.textOrNull('content'),
    vmid: row.numberOrNull('vmid'),
    format: row.textOrNull('format'),
    size: row.numberOrNull('size'),
    ctime: row.numberOrNull('ctime'),
    notes: row.textOrNull('notes'),
    protected: row.flag('protected'),
    encrypted: row.textOrNull('encrypted'),
    verification: row.object('verification')?.textOrNull('state') ?? null,
    subtype: row.textOrNull('subtype'),
  }));
}
