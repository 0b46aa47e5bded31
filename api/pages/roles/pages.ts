import type { Request, Response } from 'express';
import { z } from 'zod';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { countRoleHolders, listRoleHolders } from '../../../database/repositories/people/role-bindings';
import { findRole, listRoles, type Role } from '../../../database/repositories/people/roles';
import { listUsers } from '../../../database/repositories/people/users';
import type { ApiDependencies } from '../../dependencies';
import { giveRole } from '../../people/bindings';
import { createRole, patchRole, removeRole } from '../../people/change-roles';
import { roleCreateSchema } from '../../people/schema';
import { idOf, notFound } from '../../validate';
import { check, listOf, orNull, refusal, typedOf } from '../form-input';
import type { GuardedPages } from '../guarded-pages';
import type { FieldErrors, FormState, Typed } from '../html/form';
import { sendPage } from '../html/layout';
import { roleListBody } from './list';
import { newRoleBody, roleBody, type RoleForm } from './role';

const giveSchema = z.strictObject({ user: z.uuid(), endpoint: z.string().nullable() });

/** Roles, what they hold, and who has them where. */
export function rolePages({ on }: GuardedPages, { database }: ApiDependencies): void {
  const roleOf = async (req: Request): Promise<Role> => {
    const role = await findRole(database, idOf(req, 'role'));
    if (role === undefined) throw notFound('role');
    return role;
  };

  const show = async (res: Response, role: Role, sent: { form?: RoleForm; given?: FormState } = {}): Promise<void> => {
    const [holders, users, endpoints] = await Promise.all([
      listRoleHolders(database, role.id),
      listUsers(database),
      listEndpoints(database),
    ]);
    const stored: RoleForm = {
      typed: { name: role.name, description: role.description },
      errors: {},
      permissions: role.permissions,
    };
    const given = sent.given ?? { typed: {}, errors: {} };
    const body = roleBody({ caller: res.locals.caller, role, holders, users, endpoints, form: sent.form ?? stored, given });
    const refused = sent.form !== undefined || sent.given !== undefined;
    sendPage(res, { title: role.name, place: 'users', body }, refused ? 422 : 200);
  };

  on('GET /ui/roles', async (_req, res) => {
    const [roles, holders] = await Promise.all([listRoles(database), countRoleHolders(database)]);
    const body = roleListBody(roles.map(role => ({ ...role, holders: holders.get(role.id) ?? 0 })));
    sendPage(res, { title: 'Roles', place: 'users', body });
  });

  on('GET /ui/roles/new', (_req, res) => {
    const body = newRoleBody(res.locals.caller, { typed: {}, errors: {}, permissions: ['view'] });
    sendPage(res, { title: 'Add a role', place: 'users', body });
  });

  on('POST /ui/roles/new', async (req, res) => {
    const [typed, ticked] = [typedOf(req), listOf(req, 'permissions')];
    const again = (errors: FieldErrors): void => {
      const body = newRoleBody(res.locals.caller, { typed, errors, permissions: ticked });
      sendPage(res, { title: 'Add a role', place: 'users', body }, 422);
    };
    const wanted = check(roleCreateSchema, fieldsFrom(typed, ticked), typed);
    if ('errors' in wanted) return again(inWords(wanted.errors));
    try {
      const { id } = await createRole(database, res.locals.audit, wanted.data);
      res.redirect(303, `/ui/roles/${id}`);
    } catch (error) {
      again(refusal(error));
    }
  });

  on('GET /ui/roles/:id', async (req, res) => show(res, await roleOf(req)));

  on('POST /ui/roles/:id', async (req, res) => {
    const [role, typed, ticked] = [await roleOf(req), typedOf(req), listOf(req, 'permissions')];
    const again = (errors: FieldErrors) => show(res, role, { form: { typed, errors, permissions: ticked } });
    const wanted = check(roleCreateSchema, fieldsFrom(typed, ticked), typed);
    if ('errors' in wanted) return again(inWords(wanted.errors));
    try {
      await patchRole(database, res.locals.audit, role.id, `"${typed['version']}"`, wanted.data);
    } catch (error) {
      return again(refusal(error));
    }
    res.redirect(303, `/ui/roles/${role.id}`);
  });

  on('POST /ui/roles/:id/give', async (req, res) => {
    const [role, typed] = [await roleOf(req), typedOf(req)];
    const again = (errors: FieldErrors) => show(res, role, { given: { typed, errors } });
    const wanted = check(giveSchema, { user: typed['user'] ?? '', endpoint: orNull(typed['endpoint']) }, typed);
    if ('errors' in wanted) return again(wanted.errors);
    const { user, endpoint } = wanted.data;
    if (!(await listUsers(database)).some(({ id }) => id === user)) return again({ user: 'There is no such user any more.' });
    try {
      await giveRole(database, res.locals.audit, user, { role: role.id, endpoint });
    } catch (error) {
      return again(refusal(error));
    }
    res.redirect(303, `/ui/roles/${role.id}`);
  });

  on('POST /ui/roles/:id/delete', async (req, res) => {
    const role = await roleOf(req);
    try {
      await removeRole(database, res.locals.audit, role.id, `"${typedOf(req)['version']}"`);
    } catch (error) {
      return show(res, role, { given: { typed: {}, errors: { user: refusal(error)[''] ?? 'It could not be deleted.' } } });
    }
    res.redirect(303, '/ui/roles');
  });
}

const fieldsFrom = (typed: Typed, permissions: readonly string[]) => ({
  name: typed['name'] ?? '',
  description: typed['description']?.trim() ?? '',
  permissions,
});

/** Something about one of several ticked boxes is about all of them. */
const inWords = (errors: FieldErrors): FieldErrors =>
  Object.fromEntries(
    Object.entries(errors).map(([name, text]) =>
      name.startsWith('permissions') ? ['permissions', 'Tick at least one permission.'] : [name, text],
    ),
  );
