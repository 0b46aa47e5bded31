import type { User } from '../../../database/repositories/people/users';
import type { Identity } from '../../auth/identity';
import { checkbox, field, formErrors, type FormState, postForm } from '../html/form';
import { h, type Html } from '../html/h';
import { heading, link, row, section, table } from '../html/parts';
import { badge } from '../html/state';
import { time } from '../html/time';

export const userListBody = (users: readonly User[]): Html[] => [
  heading('Users', link('/ui/roles', 'Roles'), h('a', { class: 'button primary', href: '/ui/users/new' }, 'Add a user')),
  section(
    'People who may sign in',
    table(
      'Users',
      ['User', 'Name', 'Signs in by', 'NetBox user', 'State', 'Since'],
      users.map(user =>
        row(
          link(`/ui/users/${user.id}`, user.username),
          user.displayName || '–',
          [user.hasPassword && 'password', user.external !== null && 'single sign-on'].filter(Boolean).join(', ') ||
            'tokens only',
          user.netboxUsername ?? '–',
          user.enabled ? badge('good', 'Enabled') : badge('calm', 'Disabled'),
          time(user.createdAt),
        ),
      ),
    ),
  ),
];

export const profileFields = (state: FormState): Html[] => [
  field('username', 'User name', state, { required: true, autocomplete: 'off' }),
  field('displayName', 'Name', state, { autocomplete: 'off' }),
  field('email', 'Mail address', state, { type: 'email', autocomplete: 'off' }),
  checkbox(
    'enabled',
    'Enabled',
    state.typed['enabled'] !== undefined,
    'A disabled user has no right at all, from the moment on.',
  ),
];

export function newUserBody(caller: Identity, state: FormState): (Html | null)[] {
  return [
    heading('Add a user'),
    formErrors(state),
    section(
      'User',
      postForm(
        caller,
        '/ui/users/new',
        ...profileFields(state),
        field('password', 'Password', state, {
          type: 'password',
          autocomplete: 'new-password',
          hint: 'At least 12 characters. Without one, nobody signs in as this user with a password.',
        }),
        h(
          'div',
          { class: 'actions' },
          h('button', { type: 'submit', class: 'primary' }, 'Add the user'),
          link('/ui/users', 'Leave'),
        ),
      ),
      h('p', { class: 'hint' }, 'A new user may do nothing until you give a role, on the next page.'),
    ),
  ];
}
