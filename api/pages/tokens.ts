import { permissions } from '../../domain/people/permissions';
import type { Identity } from '../auth/identity';
import { type NewTokenView, type TokenCreate, tokenCreateSchema, type TokenView } from '../auth/schema';
import { type Checked, check } from './form-input';
import { button, checkbox, field, formErrors, type FormState, postForm, type Typed } from './html/form';
import { h, type Html } from './html/h';
import { choice, empty, link, notice, row, section, table } from './html/parts';
import { badge } from './html/state';
import { time } from './html/time';

const lifetimes = [
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
  ['', 'until it is revoked'],
] as const;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** What the form for a token means. Without a ticked permission the token gives everything that its user may do. */
export function tokenFrom(typed: Typed, ticked: readonly string[]): Checked<TokenCreate> {
  const days = Number(typed['days']);
  const expiresAt = days > 0 ? new Date(Date.now() + days * DAY_MS).toISOString() : null;
  return check(
    tokenCreateSchema,
    { name: typed['name'] ?? '', permissions: ticked.length > 0 ? ticked : null, expiresAt },
    typed,
  );
}

/** The only time that a token is shown. */
export const newTokenNotice = ({ name, token }: NewTokenView): Html =>
  notice(
    'good',
    h(
      'p',
      null,
      h('strong', null, `Token ${name} is made. `),
      'Copy it now: it is shown this once, and only its hash is stored.',
    ),
    h('pre', { class: 'secret', tabindex: 0 }, token),
  );

/** Tokens of one user, with forms to make and to revoke them. */
export function tokenSection(caller: Identity, base: string, tokens: readonly TokenView[], state: FormState): Html {
  return section(
    'API tokens',
    tokens.length === 0
      ? empty('There is none.')
      : table(
          'API tokens',
          ['Token', 'Begins with', 'Gives', 'Last used', 'Ends', ''],
          tokens.map(token => tokenRow(caller, base, token)),
        ),
    h('p', { class: 'hint' }, 'What programs can do with one: ', link('/docs', 'API reference'), '.'),
    h(
      'details',
      { open: Object.keys(state.errors).length > 0 },
      h('summary', null, 'Make a token'),
      formErrors(state),
      postForm(
        caller,
        base,
        field('name', 'Name', state, { required: true, hint: 'What it is for, such as: cron on mgmt1.' }),
        choice('days', 'Valid for', lifetimes, state.typed['days'] ?? '90'),
        h(
          'fieldset',
          null,
          h('legend', null, 'Gives only (nothing ticked: all that its user may)'),
          h('div', { class: 'grid' }, ...permissions.map(name => checkbox('permissions', name, false, undefined, name))),
        ),
        h('button', { type: 'submit', class: 'primary' }, 'Make the token'),
      ),
    ),
  );
}

function tokenRow(caller: Identity, base: string, token: TokenView): Html {
  const ended = token.revokedAt !== null || (token.expiresAt !== null && Date.parse(token.expiresAt) <= Date.now());
  return row(
    token.name,
    h('code', null, `pbx_${token.prefix}_`),
    token.permissions === null ? 'everything its user may' : token.permissions.join(', '),
    token.lastUsedAt === null ? 'never' : time(token.lastUsedAt),
    token.revokedAt !== null ? badge('calm', 'Revoked') : token.expiresAt === null ? 'never' : time(token.expiresAt),
    ended ? '' : button(caller, `${base}/${token.id}/revoke`, 'Revoke', { tone: 'danger' }),
  );
}
