import type { Response, Router } from 'express';
import { findRole, listRoles, type Role } from '../../database/repositories/people/roles';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { pageOf } from '../paging';
import { bodyOf, idOf, notFound } from '../validate';
import { createRole, patchRole, removeRole } from './change-roles';
import { roleCreateSchema, type RoleListView, rolePatchSchema, type RoleView } from './schema';

export function roleRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;

  on('GET /roles', async (req, res) => {
    const roles: RoleListView = pageOf(req, res, (await listRoles(database)).map(viewRole));
    res.json(roles);
  });

  on('POST /roles', async (req, res) => {
    const role = await createRole(database, res.locals.audit, bodyOf(req, roleCreateSchema));
    res.status(201).location(`/roles/${role.id}`);
    answer(res, role);
  });

  on('GET /roles/:id', async (req, res) => {
    const role = await findRole(database, idOf(req, 'role'));
    if (role === undefined) throw notFound('role');
    answer(res, role);
  });

  on('PATCH /roles/:id', async (req, res) => {
    const [id, ifMatch, patch] = [idOf(req, 'role'), ifMatchOf(req), bodyOf(req, rolePatchSchema)];
    answer(res, await patchRole(database, res.locals.audit, id, ifMatch, patch));
  });

  on('DELETE /roles/:id', async (req, res) => {
    await removeRole(database, res.locals.audit, idOf(req, 'role'), ifMatchOf(req));
    res.status(204).end();
  });

  return router;
}

function answer(res: Response, role: Role): void {
  setETag(res, role.version);
  res.json(viewRole(role));
}

const viewRole = (role: Role): RoleView => ({ ...role, permissions: [...role.permissions] });
