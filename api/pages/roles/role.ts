import { permissions } from '../../../domain/people/permissions';
import type { Endpoint } from '../../../database/repositories/endpoints';
import type { RoleHolder } from '../../../database/repositories/people/role-bindings';
import type { Role } from '../../../database/repositories/people/roles';
import type { User } from '../../../database/repositories/people/users';
import type { Identity } from '../../auth/identity';
import { button, checkbox, csrfField, field, fieldError, formErrors, type FormState, postForm } from '../html/form';
import { h, type Html } from '../html/h';
import { choice, empty, facts, heading, link, row, section, table } from '../html/parts';
import { badge } from '../html/state';
import { permissionWords } from './words';

/** The fields of a role as they were filled in. */
export interface RoleForm extends FormState {
  permissions: readonly string[];
}

export const newRoleBody = (caller: Identity, form: RoleForm): Html[] => [
  heading('Add a role', link('/ui/roles', 'All roles')),
  section('Role', formErrors(form), postForm(caller, '/ui/roles/new', ...roleFields(form), submit('Add the role'))),
];

interface RolePage {
  caller: Identity;
  role: Role;
  holders: readonly RoleHolder[];
  users: readonly User[];
  endpoints: readonly Endpoint[];
  form: RoleForm;
  given: FormState;
}

export function roleBody({ caller, role, holders, users, endpoints, form, given }: RolePage): Html[] {
  const base = `/ui/roles/${role.id}`;
  const version = h('input', { type: 'hidden', name: 'version', value: role.version });
  return [
    heading(role.name, role.builtIn && badge('calm', 'built in'), link('/ui/roles', 'All roles')),
    section(
      'Held by',
      holders.length === 0
        ? empty('Nobody has this role yet.')
        : table(
            'Who has this role',
            ['User', 'Where', ''],
            holders.map(holder =>
              row(
                holder.user === null ? `the group ${holder.group}` : link(`/ui/users/${holder.user.id}`, holder.user.username),
                holder.endpoint?.name ?? 'everywhere',
                holder.user !== null &&
                  button(caller, `/ui/users/${holder.user.id}/roles/${holder.id}/take`, 'Take away', { tone: 'danger' }),
              ),
            ),
          ),
      giveForm(caller, `${base}/give`, users, endpoints, given),
    ),
    role.builtIn
      ? section(
          'Permissions',
          role.description !== '' && h('p', null, role.description),
          facts(permissions.filter(name => role.permissions.includes(name)).map(name => [name, permissionWords[name]])),
          h(
            'p',
            { class: 'hint' },
            'This role comes with the service and cannot be changed. Make one of your own for another set.',
          ),
        )
      : section('Role', formErrors(form), postForm(caller, base, version, ...roleFields(form), submit('Save the role'))),
    ...(role.builtIn
      ? []
      : [
          section(
            'Delete',
            h(
              'div',
              { class: 'repair' },
              h('p', null, 'A role that somebody has cannot be deleted: take it away from them first.'),
              button(caller, `${base}/delete`, 'Delete the role', { tone: 'danger', fields: { version: String(role.version) } }),
            ),
          ),
        ]),
  ];
}

const submit = (text: string): Html => h('button', { type: 'submit', class: 'primary' }, text);

const roleFields = (form: RoleForm): (Html | null)[] => [
  field('name', 'Name', form, { required: true }),
  field('description', 'What it is for', form),
  h(
    'fieldset',
    null,
    h('legend', null, 'Permissions'),
    ...permissions.map(name => checkbox('permissions', name, form.permissions.includes(name), permissionWords[name], name)),
  ),
  fieldError(form, 'permissions'),
];

const giveForm = (
  caller: Identity,
  action: string,
  users: readonly User[],
  endpoints: readonly Endpoint[],
  state: FormState,
): Html =>
  h(
    'form',
    { method: 'post', action, class: 'filters' },
    csrfField(caller),
    choice(
      'user',
      'Give it to',
      users.map(({ id, username }) => [id, username] as const),
      state.typed['user'],
    ),
    choice(
      'endpoint',
      'on',
      [['', 'everywhere'], ...endpoints.map(({ id, name }) => [id, name] as const)],
      state.typed['endpoint'],
    ),
    h('button', { type: 'submit' }, 'Give'),
    fieldError(state, 'endpoint') ?? fieldError(state, 'user'),
  );
