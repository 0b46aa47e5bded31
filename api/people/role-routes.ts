import { randomUUID } from 'node:crypto';
import type { Response, Router } from 'express';
import { inTransaction, type Queryable } from '../../database/queryable';
import {
  deleteRole,
  findRole,
  insertRole,
  listRoles,
  lockRole,
  type Role,
  updateRole,
} from '../../database/repositories/people/roles';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import { ifMatchOf, requireMatch, setETag } from '../etag';
import { pageOf } from '../paging';
import { refuseTaken } from '../taken';
import { bodyOf, idOf, notFound, withoutAbsent } from '../validate';
import { roleCreateSchema, type RoleListView, rolePatchSchema, type RoleView } from './schema';

const answerTaken = refuseTaken({
  role_name_key: ['name-taken', '/name', 'Another role has this name; upper and lower case count as equal.'],
  role_binding_role_id_fkey: ['role-in-use', '', 'Somebody has this role. Take it from them, then delete it.'],
});

export function roleRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;

  on('GET /roles', async (req, res) => {
    const roles: RoleListView = pageOf(req, res, (await listRoles(database)).map(viewRole));
    res.json(roles);
  });

  on('POST /roles', async (req, res) => {
    const wanted = bodyOf(req, roleCreateSchema);
    const role = await res.locals.audit.effect(
      { action: 'role.create', object: { type: 'role', id: null }, detail: wanted },
      () => insertRole(database, randomUUID(), wanted).catch(answerTaken),
      after => ({ object: { type: 'role', id: after.id }, after }),
    );
    res.status(201).location(`/roles/${role.id}`);
    answer(res, role);
  });

  on('GET /roles/:id', async (req, res) => {
    answer(res, (await findRole(database, idOf(req, 'role'))) ?? gone());
  });

  on('PATCH /roles/:id', async (req, res) => {
    const [id, ifMatch, patch] = [idOf(req, 'role'), ifMatchOf(req), bodyOf(req, rolePatchSchema)];
    const before = (await findRole(database, id)) ?? gone();
    const role = await res.locals.audit.effect(
      { action: 'role.change', object: { type: 'role', id }, before, detail: { name: before.name, change: patch } },
      () =>
        inTransaction(database, async db =>
          updateRole(db, id, { ...(await changeable(db, id, ifMatch)), ...withoutAbsent(patch) }),
        ).catch(answerTaken),
      after => ({ after }),
    );
    answer(res, role);
  });

  on('DELETE /roles/:id', async (req, res) => {
    const [id, ifMatch] = [idOf(req, 'role'), ifMatchOf(req)];
    const before = (await findRole(database, id)) ?? gone();
    await res.locals.audit.effect(
      { action: 'role.delete', object: { type: 'role', id }, before, detail: { name: before.name } },
      () =>
        inTransaction(database, async db => {
          await changeable(db, id, ifMatch);
          await deleteRole(db, id);
        }).catch(answerTaken),
    );
    res.status(204).end();
  });

  return router;
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

function answer(res: Response, role: Role): void {
  setETag(res, role.version);
  res.json(viewRole(role));
}

const viewRole = (role: Role): RoleView => ({ ...role, permissions: [...role.permissions] });
