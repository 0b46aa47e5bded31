import type { NetBoxVersionAdapter } from './adapter';

/** NetBox 4.7. Measured on 4.7.3. */
export const netbox47: NetBoxVersionAdapter = {
  minor: '4.7',
  leastPatch: 0,
  capabilities: {
    etag: true,
    vmTypes: true,
    interfaceMacWritable: true,
    addTags: true,
    startPaging: true,
    indexedBulkErrors: true,
    unknownIdsRefused: true,
    excludeConfigContext: false,
  },
};
