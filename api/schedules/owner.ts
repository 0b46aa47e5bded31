import type { Queryable } from '../../database/queryable';
import { grantsOf } from '../../database/repositories/people/role-bindings';
import { listUsers } from '../../database/repositories/people/users';
import { type EndpointSet, rightsOf } from '../../domain/people/rights';
import { onEach, permissionDenied } from '../auth/authorize';
import type { Identity } from '../auth/identity';
import { Problem } from '../errors';

/**
 * The user whom a schedule is to act as: the caller, unless another one is named.
 * @throws Problem when the caller is nobody, or may not name others.
 */
export async function ownerOf(
  db: Queryable,
  caller: Pick<Identity, 'userId' | 'permissions'>,
  wanted: string | undefined,
): Promise<string> {
  if (wanted === undefined) {
    if (caller.userId !== null) return caller.userId;
    const detail = 'The key of the environment is nobody: name the user whom the schedule acts as.';
    throw new Problem('invalid-body', `/owner: ${detail}`, { errors: [{ pointer: '/owner', detail }] });
  }
  const text = wanted.toLowerCase();
  const user = (await listUsers(db)).find(({ id, username }) => id === text || username.toLowerCase() === text);
  if (user !== undefined && user.id === caller.userId) return user.id;
  if (!caller.permissions('manage_users')) throw permissionDenied('manage_users', 'to name another owner than yourself');
  if (user === undefined) throw wrongOwner('No user has this id or name.');
  return user.id;
}

/** What they may not do now, no schedule does for them. @throws Problem `invalid-body` */
export async function requireOwnersRights(db: Queryable, ownerId: string, endpoints: EndpointSet): Promise<void> {
  const { holds } = rightsOf(await grantsOf(db, ownerId));
  if (onEach(endpoints, id => holds('run_sync', id))) return;
  throw wrongOwner('This user lacks the permission run_sync on what the schedule covers, so that it would be refused each time.');
}

const wrongOwner = (detail: string): Problem =>
  new Problem('invalid-body', `/owner: ${detail}`, { errors: [{ pointer: '/owner', detail }] });
