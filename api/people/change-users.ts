import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/queryable';
import { inTransaction } from '../../database/queryable';
import { deleteSessionsOf } from '../../database/repositories/people/sessions';
import {
  deleteUser,
  findUser,
  insertUser,
  linkNetBoxUser,
  lockUser,
  setPasswordHash,
  type User,
  updateUser,
} from '../../database/repositories/people/users';
import type { Auditor, Effect } from '../audit/auditor';
import { hashPassword } from '../auth/passwords';
import type { ApiDatabase } from '../dependencies';
import { requireMatch } from '../etag';
import { refuseTaken } from '../taken';
import { notFound, withoutAbsent } from '../validate';
import { keepingAnAdministrator } from './keep-administrator';
import type { UserCreate, UserPatch } from './schema';
import type { Secret } from '../../config/secret';

const answerTaken = refuseTaken({
  app_user_username_key: ['name-taken', '/username', 'Another user has this name; upper and lower case count as equal.'],
  app_user_netbox_key: [
    'netbox-user-taken',
    '/netboxUsername',
    'Another user is linked with this NetBox user. End that link first.',
  ],
});

export async function createUser(database: ApiDatabase, audit: Auditor, { password, ...fields }: UserCreate): Promise<User> {
  const create = async (): Promise<User> => {
    const hash = password === undefined ? null : await hashPassword(password.reveal());
    return insertUser(database, randomUUID(), fields, hash).catch(answerTaken);
  };
  return audit.effect({ action: 'user.create', object: { type: 'user', id: null }, detail: fields }, create, after => ({
    object: { type: 'user', id: after.id },
    after,
  }));
}

/** Whoever is disabled is signed out, too, so that being enabled again does not bring old sessions back. */
export async function patchUser(
  database: ApiDatabase,
  audit: Auditor,
  id: string,
  ifMatch: string,
  patch: UserPatch,
): Promise<User> {
  const change = (): Promise<User> =>
    keepingAnAdministrator(database, async db => {
      const before = await matching(db, id, ifMatch);
      const user = await updateUser(db, id, { ...before, ...withoutAbsent(patch) });
      if (!user.enabled) await deleteSessionsOf(db, id);
      return user;
    }).catch(answerTaken);
  return audit.effect(await effectOn(database, id, 'user.change', { change: patch }), change, after => ({ after }));
}

export async function removeUser(database: ApiDatabase, audit: Auditor, id: string, ifMatch: string): Promise<void> {
  const remove = (): Promise<void> =>
    keepingAnAdministrator(database, async db => {
      await matching(db, id, ifMatch);
      await deleteUser(db, id);
    });
  await audit.effect(await effectOn(database, id, 'user.delete'), remove);
}

export async function linkUser(
  database: ApiDatabase,
  audit: Auditor,
  id: string,
  ifMatch: string,
  netboxUsername: string | null,
): Promise<User> {
  const link = (): Promise<User> =>
    inTransaction(database, async db => {
      await matching(db, id, ifMatch);
      return linkNetBoxUser(db, id, netboxUsername);
    }).catch(answerTaken);
  return audit.effect(await effectOn(database, id, 'user.link-netbox', { netboxUsername }), link, after => ({ after }));
}

/** Sets a password, and signs its user out everywhere. */
export async function resetPassword(database: ApiDatabase, audit: Auditor, id: string, password: Secret<string>): Promise<void> {
  const reset = async (): Promise<void> => {
    const hash = await hashPassword(password.reveal());
    await inTransaction(database, async db => {
      if (!(await setPasswordHash(db, id, hash))) throw notFound('user');
      await deleteSessionsOf(db, id);
    });
  };
  await audit.effect(await effectOn(database, id, 'user.set-password'), reset);
}

async function effectOn(db: Queryable, id: string, action: Effect['action'], detail: object = {}): Promise<Effect> {
  const before = await findUser(db, id);
  if (before === undefined) throw notFound('user');
  return { action, object: { type: 'user', id }, before, detail: { username: before.username, ...detail } };
}

async function matching(db: Queryable, id: string, ifMatch: string): Promise<User> {
  const user = await lockUser(db, id);
  if (user === undefined) throw notFound('user');
  requireMatch(ifMatch, user.version);
  return user;
}
