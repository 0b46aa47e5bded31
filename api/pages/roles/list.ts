import { type Permission, permissions } from '../../../domain/people/permissions';
import type { Role } from '../../../database/repositories/people/roles';
import { h, type Html } from '../html/h';
import { empty, heading, link, row, section, table } from '../html/parts';
import { badge } from '../html/state';
import { permissionWords } from './words';

/** A role with how many hold it, everywhere or on some endpoint. */
export type CountedRole = Role & { holders: number };

export function roleListBody(roles: readonly CountedRole[]): Html[] {
  return [
    heading('Roles', link('/ui/users', 'Users'), h('a', { class: 'button primary', href: '/ui/roles/new' }, 'Add a role')),
    section(
      'What people can be given',
      roles.length === 0
        ? empty('There is none.')
        : table('Roles', ['Role', 'For', 'Permissions', 'Held by', ''], roles.map(roleRow)),
    ),
    section(
      'Permissions',
      h('p', { class: 'hint' }, 'A role is a set of these. Whoever has it, has them everywhere or on single endpoints.'),
      table(
        'Permissions',
        ['Permission', 'Lets somebody', 'In the roles'],
        permissions.map(name => row(h('code', null, name), permissionWords[name], rolesWith(name, roles))),
      ),
    ),
  ];
}

const rolesWith = (name: Permission, roles: readonly Role[]): string =>
  roles
    .filter(role => role.permissions.includes(name))
    .map(role => role.name)
    .join(', ') || '–';

const roleRow = ({ id, name, description, permissions: held, builtIn, holders }: CountedRole): Html =>
  row(
    link(`/ui/roles/${id}`, name),
    description === '' ? '–' : description,
    held.length === permissions.length ? 'all' : `${held.length} of ${permissions.length}`,
    holders === 0 ? h('span', { class: 'hint' }, 'nobody') : holders,
    builtIn ? badge('calm', 'built in') : '',
  );
