import type { RunRead } from '../../database/repositories/run-reads';
import type { Permission } from '../../domain/people/permissions';
import { onEach } from '../auth/authorize';
import type { Identity } from '../auth/identity';

/** Whether somebody holds a permission on all that a run is about, so that a button for it makes sense. */
export const holdsOnRun = (caller: Identity, permission: Permission, { endpoint, scope }: Pick<RunRead, 'endpoint' | 'scope'>) =>
  onEach(endpoint === null ? (scope.endpoints ?? 'all') : [endpoint.id], id => caller.permissions(permission, id));
