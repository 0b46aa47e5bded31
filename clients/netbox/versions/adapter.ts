import type { NetBoxCapabilities } from '../capabilities';

/** One supported minor version. Adding a version means adding one of these and its line in `supported.ts`. */
export interface NetBoxVersionAdapter {
  /** As NetBox's `API-Version` header says it: `4.7`. */
  readonly minor: string;
  readonly leastPatch: number;
  readonly capabilities: NetBoxCapabilities;
}
