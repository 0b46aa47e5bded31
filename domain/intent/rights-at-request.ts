import type { EndpointSet, Rights } from '../people/rights';
import type { GuestKind } from '../proxmox/guest-config';
import type { IntentOp } from './changes/guest-change';
import { intentPermission } from './gate';

/** Where whoever asked for a plan held each permission of intent when they asked; what is absent was held nowhere. */
export type RightsAtRequest = Readonly<Record<string, EndpointSet>>;

const ops = ['create', 'update', 'delete'] as const;
const kinds = ['qemu', 'lxc'] as const;

export function rightsAtRequest(held: Pick<Rights, 'endpointsWith'>): RightsAtRequest {
  const permissions = kinds.flatMap(kind => ops.map(op => intentPermission(op, kind)));
  const where = permissions.map(permission => [permission, held.endpointsWith(permission)] as const);
  return Object.fromEntries(where.filter(([, endpoints]) => endpoints === 'all' || endpoints.length > 0));
}

export function heldAtRequest(rights: RightsAtRequest, op: IntentOp, kind: GuestKind, endpointId: string | null): boolean {
  const endpoints = rights[intentPermission(op, kind)] ?? [];
  return endpoints === 'all' || (endpointId !== null && endpoints.includes(endpointId));
}
