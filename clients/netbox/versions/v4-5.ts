import type { NetBoxVersionAdapter } from './adapter';

/** NetBox 4.5, from 4.5.8 on. Read in its source; bulk errors as in 4.6. */
export const netbox45: NetBoxVersionAdapter = {
  minor: '4.5',
  leastPatch: 8,
  capabilities: {
    etag: false,
    vmTypes: false,
    interfaceMacWritable: false,
    addTags: false,
    startPaging: false,
    indexedBulkErrors: false,
    unknownIdsRefused: false,
    excludeConfigContext: true,
  },
};
