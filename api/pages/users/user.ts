import type { Endpoint } from '../../../database/repositories/endpoints';
import type { Role } from '../../../database/repositories/people/roles';
import type { User } from '../../../database/repositories/people/users';
import type { Identity } from '../../auth/identity';
import type { TokenView } from '../../auth/schema';
import type { BindingView } from '../../people/schema';
import { button, csrfField, field, fieldError, formErrors, type FormState, postForm, type Typed } from '../html/form';
import { h, type Html } from '../html/h';
import { choice, empty, heading, row, section, table } from '../html/parts';
import { badge } from '../html/state';
import { tokenSection } from '../tokens';
import { profileFields } from './list';

/** The forms of a user's page. */
export type UserForm = 'profile' | 'password' | 'link' | 'role' | 'token';

interface UserPage {
  user: User;
  caller: Identity;
  bindings: readonly BindingView[];
  tokens: readonly TokenView[];
  roles: readonly Role[];
  endpoints: readonly Endpoint[];
  made: Html | undefined;
  stateOf: (form: UserForm) => FormState;
}

export function userBody({ user, caller, bindings, tokens, roles, endpoints, made, stateOf }: UserPage): (Html | undefined)[] {
  const base = `/ui/users/${user.id}`;
  const version = h('input', { type: 'hidden', name: 'version', value: user.version });
  const asStored = (form: UserForm, typed: Typed): FormState => {
    const state = stateOf(form);
    return Object.keys(state.typed).length > 0 ? state : { ...state, typed };
  };
  const profile = asStored('profile', {
    username: user.username,
    displayName: user.displayName,
    email: user.email ?? '',
    ...(user.enabled && { enabled: 'on' }),
  });
  const linked = asStored('link', { netboxUsername: user.netboxUsername ?? '' });
  const save = (text: string) => h('button', { type: 'submit' }, text);
  return [
    heading(user.username, user.enabled ? badge('good', 'Enabled') : badge('calm', 'Disabled')),
    made,
    section('Roles', rolesOf(caller, base, bindings), roleForm(caller, base, roles, endpoints, stateOf('role'))),
    section('User', formErrors(profile), postForm(caller, base, version, ...profileFields(profile), save('Save'))),
    section(
      'NetBox user',
      formErrors(linked),
      postForm(
        caller,
        `${base}/netbox-link`,
        version,
        field('netboxUsername', 'User name in NetBox', linked, {
          hint: 'What this user does in NetBox has the rights that they have here. Empty ends the link.',
        }),
        save('Save the link'),
      ),
    ),
    section(
      'Password',
      postForm(
        caller,
        `${base}/password`,
        field('password', 'New password', stateOf('password'), {
          type: 'password',
          autocomplete: 'new-password',
          hint: 'At least 12 characters. Setting it signs the user out everywhere.',
        }),
        save('Set the password'),
      ),
    ),
    tokenSection(caller, `${base}/tokens`, tokens, stateOf('token')),
    section(
      'Delete',
      h(
        'div',
        { class: 'repair' },
        h('p', null, 'Deletes the user with roles, tokens and sessions. To lock somebody out for a while, disable them.'),
        button(caller, `${base}/delete`, 'Delete the user', { tone: 'danger', fields: { version: String(user.version) } }),
      ),
    ),
  ];
}

const rolesOf = (caller: Identity, base: string, bindings: readonly BindingView[]): Html =>
  bindings.length === 0
    ? empty('No role yet: this user may do nothing.')
    : table(
        'Roles of this user',
        ['Role', 'Where', ''],
        bindings.map(({ id, role, endpoint }) =>
          row(
            role.name,
            endpoint?.name ?? 'everywhere',
            button(caller, `${base}/roles/${id}/take`, 'Take away', { tone: 'danger' }),
          ),
        ),
      );

const roleForm = (
  caller: Identity,
  base: string,
  roles: readonly Role[],
  endpoints: readonly Endpoint[],
  state: FormState,
): Html =>
  h(
    'form',
    { method: 'post', action: `${base}/roles`, class: 'filters' },
    csrfField(caller),
    choice(
      'role',
      'Give the role',
      roles.map(({ id, name, description }) => [id, description === '' ? name : `${name}: ${description}`]),
      state.typed['role'],
    ),
    choice(
      'endpoint',
      'on',
      [['', 'everywhere'], ...endpoints.map(({ id, name }) => [id, name] as const)],
      state.typed['endpoint'],
    ),
    h('button', { type: 'submit' }, 'Give'),
    fieldError(state, 'role') ?? fieldError(state, 'endpoint'),
  );
