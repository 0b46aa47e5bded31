import type { Permission } from './permissions';

/** One role that somebody has: everywhere, or on one endpoint. */
export interface Grant {
  /** As stored: names that this release does not know grant nothing. */
  permissions: readonly string[];
  /** Null means every endpoint, and the installation as a whole. */
  endpointId: string | null;
}

/** What somebody may do, and where. */
export interface Rights {
  /** Without an endpoint the question is about the installation as a whole, which includes every endpoint. */
  holds(permission: Permission, endpointId?: string): boolean;
  /** Where a permission is held. */
  endpointsWith(permission: Permission): EndpointSet;
  /** Whether an endpoint exists for them at all: they hold something there. Without an endpoint: on the installation as a whole. */
  sees(endpointId?: string): boolean;
}

export type EndpointSet = 'all' | readonly string[];

/**
 * The sum of what the grants give; without any, nothing.
 * @param narrowedTo permissions beyond which the credential in use gives nothing; null means that it gives everything that its holder may do.
 */
export function rightsOf(grants: readonly Grant[], narrowedTo: readonly string[] | null = null): Rights {
  const given = (grant: Grant, permission: string): boolean =>
    grant.permissions.includes(permission) && (narrowedTo === null || narrowedTo.includes(permission));
  const covers = (grant: Grant, endpointId: string | undefined): boolean =>
    grant.endpointId === null || grant.endpointId === endpointId;
  return {
    holds: (permission, endpointId) => grants.some(grant => covers(grant, endpointId) && given(grant, permission)),
    endpointsWith: permission => {
      const where = grants.filter(grant => given(grant, permission)).map(({ endpointId }) => endpointId);
      return where.includes(null) ? 'all' : [...new Set(where.filter(id => id !== null))];
    },
    sees: endpointId =>
      grants.some(grant => covers(grant, endpointId) && grant.permissions.some(permission => given(grant, permission))),
  };
}
