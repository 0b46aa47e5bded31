import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/queryable';
import { listEndpoints } from '../../database/repositories/endpoints';
import { bindRole, listBindings, type RoleBinding, unbindRole } from '../../database/repositories/people/role-bindings';
import { findRoleNamed } from '../../database/repositories/people/roles';
import type { Auditor } from '../audit/auditor';
import type { ApiDatabase } from '../dependencies';
import { Problem } from '../errors';
import { findByIdOrName } from '../endpoints/find';
import { notFound } from '../validate';
import { keepingAnAdministrator } from './keep-administrator';
import type { BindingView } from './schema';

export async function viewBindings(db: Queryable, userId: string): Promise<BindingView[]> {
  return (await listBindings(db, userId)).map(viewBinding);
}

/** Gives a user a role; when they have it there already, nothing changes. */
export async function giveRole(
  db: Queryable,
  audit: Auditor,
  userId: string,
  wanted: { role: string; endpoint: string | null },
): Promise<BindingView> {
  const role = await findRoleNamed(db, wanted.role);
  if (role === undefined) throw unknown('/role', 'No role has this id or name.');
  const endpoint = wanted.endpoint === null ? null : findByIdOrName(wanted.endpoint, await listEndpoints(db));
  if (endpoint === undefined) throw unknown('/endpoint', 'No endpoint has this id or name.');

  const endpointId = endpoint?.id ?? null;
  await audit.effect(
    {
      action: 'user.give-role',
      object: { type: 'user', id: userId },
      ...(endpointId !== null && { endpointId }),
      detail: { role: role.name, permissions: role.permissions },
    },
    () => bindRole(db, { id: randomUUID(), userId, roleId: role.id, endpointId }),
  );
  const given = (await listBindings(db, userId)).find(
    binding => binding.role.id === role.id && binding.endpoint?.id === endpoint?.id,
  );
  if (given === undefined) throw notFound('endpoint');
  return viewBinding(given);
}

export async function takeRole(database: ApiDatabase, audit: Auditor, userId: string, bindingId: string): Promise<void> {
  const given = (await listBindings(database, userId)).find(({ id }) => id === bindingId);
  if (given === undefined) throw notFound('role of this user');
  await audit.effect(
    {
      action: 'user.take-role',
      object: { type: 'user', id: userId },
      ...(given.endpoint !== null && { endpointId: given.endpoint.id }),
      detail: { role: given.role.name },
    },
    () =>
      keepingAnAdministrator(database, async db => {
        if (!(await unbindRole(db, userId, bindingId))) throw notFound('role of this user');
      }),
  );
}

const viewBinding = (binding: RoleBinding): BindingView => ({ ...binding, createdAt: binding.createdAt.toISOString() });

function unknown(pointer: string, detail: string): Problem {
  return new Problem('invalid-body', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
}
