import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { inTransaction, type Queryable } from '../../database/queryable';
import { deleteRole, findRole, insertRole, lockRole, type Role, updateRole } from '../../database/repositories/people/roles';
import type { Auditor } from '../audit/auditor';
import type { ApiDatabase } from '../dependencies';
import { Problem } from '../errors';
import { requireMatch } from '../etag';
import { refuseTaken } from '../taken';
import { notFound, withoutAbsent } from '../validate';
import type { roleCreateSchema, rolePatchSchema } from './schema';

const answerTaken = refuseTaken({
  role_name_key: ['name-taken', '/name', 'Another role has this name; upper and lower case count as equal.'],
  role_binding_role_id_fkey: ['role-in-use', '', 'Somebody has this role. Take it from them, then delete it.'],
});

export const createRole = (database: ApiDatabase, audit: Auditor, wanted: z.output<typeof roleCreateSchema>): Promise<Role> =>
  audit.effect(
    { action: 'role.create', object: { type: 'role', id: null }, detail: wanted },
    () => insertRole(database, randomUUID(), wanted).catch(answerTaken),
    after => ({ object: { type: 'role', id: after.id }, after }),
  );

export async function patchRole(
  database: ApiDatabase,
  audit: Auditor,
  id: string,
  ifMatch: string,
  patch: z.output<typeof rolePatchSchema>,
): Promise<Role> {
  const before = (await findRole(database, id)) ?? gone();
  return audit.effect(
    { action: 'role.change', object: { type: 'role', id }, before, detail: { name: before.name, change: patch } },
    () =>
      inTransaction(database, async db =>
        updateRole(db, id, { ...(await changeable(db, id, ifMatch)), ...withoutAbsent(patch) }),
      ).catch(answerTaken),
    after => ({ after }),
  );
}

export async function removeRole(database: ApiDatabase, audit: Auditor, id: string, ifMatch: string): Promise<void> {
  const before = (await findRole(database, id)) ?? gone();
  await audit.effect({ action: 'role.delete', object: { type: 'role', id }, before, detail: { name: before.name } }, () =>
    inTransaction(database, async db => {
      await changeable(db, id, ifMatch);
      await deleteRole(db, id);
    }).catch(answerTaken),
  );
}

async function changeable(db: Queryable, id: string, ifMatch: string): Promise<Role> {
  const role = (await lockRole(db, id)) ?? gone();
  requireMatch(ifMatch, role.version);
  if (role.builtIn) throw new Problem('built-in-role', `The role ${role.name} comes with the service. Make one of your own.`);
  return role;
}

function gone(): never {
  throw notFound('role');
}
