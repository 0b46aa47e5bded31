/** What one minor version of NetBox can do, where versions differ. */
export interface NetBoxCapabilities {
  /** Single objects have an ETag and `If-Match` is honoured (under a row lock). Without it the header is silently ignored. */
  readonly etag: boolean;
  /** `virtualization/virtual-machine-types/` exists and VMs have `virtual_machine_type`. */
  readonly vmTypes: boolean;
  /** `mac_address` may be written on VM interfaces. Elsewhere it is silently ignored: make the MAC object, then set `primary_mac_address`. */
  readonly interfaceMacWritable: boolean;
  /** `add_tags` and `remove_tags` exist beside `tags`. */
  readonly addTags: boolean;
  /** Lists page by `start=<id>`; elsewhere by `ordering=id&id__gt=`. */
  readonly startPaging: boolean;
  /** A refused bulk request names every bad element, by `index` (create) or `id`. Elsewhere create answers a parallel list, update nothing. */
  readonly indexedBulkErrors: boolean;
  /** Bulk update and delete refuse ids that do not exist or are invisible. Elsewhere these are silently skipped. */
  readonly unknownIdsRefused: boolean;
  /** `exclude=config_context` works, and is needed to keep lists of VMs and devices cheap. */
  readonly excludeConfigContext: boolean;
}
