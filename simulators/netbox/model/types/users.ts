import { type Row, textOf, valueOf } from '../../store/row';
import * as build from '../build';
import type { ObjectType } from '../object-type';
import { giveSecret } from '../../access/tokens';

/** `users/users`. Groups are not modelled. */
export const user: ObjectType = {
  key: 'users.user',
  endpoint: 'users/users',
  className: 'User',
  label: 'user',
  changeLogged: false,
  fields: [
    build.required('username', 150, { unique: true }),
    { kind: 'text', name: 'password', required: true, max: 128, writeOnly: true },
    build.text('first_name', 150),
    build.text('last_name', 150),
    build.text('email', 254),
    build.bool('is_active', true),
    { kind: 'created', name: 'date_joined' },
    build.fixed('last_login', null),
    build.fixed('groups', []),
    build.computed('permissions', (row, reader) =>
      reader.world
        .table('users.objectpermission')
        .find('users', row.id)
        .flatMap(each => reader.nested('users.objectpermission', each.id) ?? []),
    ),
  ],
  brief: ['id', 'url', 'display', 'username'],
  display: row => textOf(row, 'username'),
  sortKey: row => [textOf(row, 'username')],
  nameField: 'username',
};

/** `users/permissions`: who may do what to which objects. */
export const objectPermission: ObjectType = {
  key: 'users.objectpermission',
  endpoint: 'users/permissions',
  className: 'ObjectPermission',
  label: 'permission',
  changeLogged: false,
  fields: [
    build.required('name', 100),
    build.description,
    build.bool('enabled', true),
    { kind: 'contentTypes', name: 'object_types', required: true },
    {
      kind: 'json',
      name: 'actions',
      required: true,
      check: value => (Array.isArray(value) ? undefined : ['Expected a list of items but got type "str".']),
    },
    { kind: 'json', name: 'constraints', nullable: true },
    build.fixed('groups', []),
    { kind: 'references', name: 'users', to: 'users.user' },
  ],
  brief: ['id', 'url', 'display', 'name', 'description', 'enabled', 'object_types', 'actions'],
  display: build.displayName,
  sortKey: build.byName,
  nameField: 'name',
};

/** `users/tokens`. The secret is shown once, when a token is made. */
export const token: ObjectType = {
  key: 'users.token',
  endpoint: 'users/tokens',
  className: 'Token',
  label: 'token',
  changeLogged: false,
  fields: [
    build.choice(
      'version',
      [
        [1, 'v1'],
        [2, 'v2'],
      ],
      2,
      { bare: true },
    ),
    build.computed('key', row => textOf(row, 'key') || null),
    build.needed('user', 'users.user', 'cascade'),
    build.description,
    { kind: 'created', name: 'created' },
    { kind: 'datetime', name: 'expires', nullable: true },
    { kind: 'datetime', name: 'last_used', nullable: true },
    build.bool('enabled', true),
    build.bool('write_enabled', true),
    build.computed('pepper_id', row => (valueOf(row, 'version') === 2 ? 1 : null)),
    { kind: 'json', name: 'allowed_ips', nullable: true },
    build.computed('token', () => null),
  ],
  brief: ['id', 'url', 'display', 'version', 'key', 'user', 'description', 'enabled', 'write_enabled'],
  display: displayToken,
  sortKey: row => [-row.id],
  nameField: 'key',
  beforeSave: giveSecret,
  createdExtras: row => ({ token: textOf(row, 'secret') }),
};

function displayToken(row: Row): string {
  const version = valueOf(row, 'version');
  return version === 2 ? textOf(row, 'key') : `${'*'.repeat(34)}${textOf(row, 'secret').slice(-6)}`;
}
