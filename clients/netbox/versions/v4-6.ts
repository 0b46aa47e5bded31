import type { NetBoxVersionAdapter } from './adapter';

/** NetBox 4.6. Measured on 4.6.8. */
export const netbox46: NetBoxVersionAdapter = {
  minor: '4.6',
  leastPatch: 0,
  capabilities: {
    etag: true,
    vmTypes: true,
    interfaceMacWritable: false,
    addTags: true,
    startPaging: true,
    indexedBulkErrors: false,
    unknownIdsRefused: false,
    excludeConfigContext: true,
  },
};
