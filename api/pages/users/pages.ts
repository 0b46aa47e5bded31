import type { Request, Response } from 'express';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { listRoles } from '../../../database/repositories/people/roles';
import { findUser, listUsers, type User } from '../../../database/repositories/people/users';
import { endToken, makeToken, viewTokens } from '../../auth/token-answers';
import type { ApiDependencies } from '../../dependencies';
import { giveRole, takeRole, viewBindings } from '../../people/bindings';
import { createUser, linkUser, patchUser, removeUser, resetPassword } from '../../people/change-users';
import {
  bindingCreateSchema,
  netboxLinkSchema,
  passwordResetSchema,
  userCreateSchema,
  userPatchSchema,
} from '../../people/schema';
import { idOf, notFound } from '../../validate';
import { check, type Checked, listOf, orNull, refusal, typedOf } from '../form-input';
import type { GuardedPages } from '../guarded-pages';
import type { FieldErrors, FormState, Typed } from '../html/form';
import type { Html } from '../html/h';
import { sendPage } from '../html/layout';
import { newTokenNotice, tokenFrom } from '../tokens';
import { newUserBody, userListBody } from './list';
import { type UserForm, userBody } from './user';

const untouched: FormState = { typed: {}, errors: {} };

interface Shown {
  status?: number;
  made?: Html;
  /** The form that was sent, as it was. */
  sent?: { form: UserForm; state: FormState };
}

export function userPages({ on }: GuardedPages, { database }: ApiDependencies): void {
  const userOf = async (req: Request): Promise<User> => {
    const user = await findUser(database, idOf(req, 'user'));
    if (user === undefined) throw notFound('user');
    return user;
  };

  const show = async (res: Response, user: User, { status = 200, made, sent }: Shown = {}): Promise<void> => {
    const [bindings, tokens, roles, endpoints] = await Promise.all([
      viewBindings(database, user.id),
      viewTokens(database, user.id),
      listRoles(database),
      listEndpoints(database),
    ]);
    const stateOf = (form: UserForm): FormState => (sent?.form === form ? sent.state : untouched);
    const body = userBody({ user, caller: res.locals.caller, bindings, tokens, roles, endpoints, made, stateOf });
    sendPage(res, { title: user.username, place: 'users', body }, status);
  };

  /** Does what a form of a user's page asks for and shows the user, or shows the form again with what is wrong. */
  const change = async <T>(
    req: Request,
    res: Response,
    form: UserForm,
    read: (typed: Typed) => Checked<T>,
    act: (wanted: T, user: User, ifMatch: string) => Promise<unknown>,
  ): Promise<void> => {
    const [user, typed] = [await userOf(req), typedOf(req)];
    const again = (errors: FieldErrors) => show(res, user, { status: 422, sent: { form, state: { typed, errors } } });
    const wanted = read(typed);
    if ('errors' in wanted) return again(wanted.errors);
    try {
      await act(wanted.data, user, `"${typed['version']}"`);
    } catch (error) {
      return again(refusal(error));
    }
    res.redirect(303, `/ui/users/${user.id}`);
  };

  on('GET /ui/users', async (_req, res) => {
    sendPage(res, { title: 'Users', place: 'users', body: userListBody(await listUsers(database)) });
  });

  on('GET /ui/users/new', (_req, res) => {
    const body = newUserBody(res.locals.caller, { typed: { enabled: 'on' }, errors: {} });
    sendPage(res, { title: 'Add a user', place: 'users', body });
  });

  on('POST /ui/users/new', async (req, res) => {
    const typed = typedOf(req);
    const again = (errors: FieldErrors) =>
      sendPage(res, { title: 'Add a user', place: 'users', body: newUserBody(res.locals.caller, { typed, errors }) }, 422);
    const password = typed['password'] === '' ? undefined : typed['password'];
    const wanted = check(userCreateSchema, { ...fieldsFrom(typed), password }, typed);
    if ('errors' in wanted) return again(wanted.errors);
    try {
      const { id } = await createUser(database, res.locals.audit, wanted.data);
      res.redirect(303, `/ui/users/${id}`);
    } catch (error) {
      again(refusal(error));
    }
  });

  on('GET /ui/users/:id', async (req, res) => show(res, await userOf(req)));

  on('POST /ui/users/:id', (req, res) =>
    change(
      req,
      res,
      'profile',
      typed => check(userPatchSchema, fieldsFrom(typed), typed),
      (wanted, { id }, ifMatch) => patchUser(database, res.locals.audit, id, ifMatch, wanted),
    ),
  );

  on('POST /ui/users/:id/password', (req, res) =>
    change(
      req,
      res,
      'password',
      typed => check(passwordResetSchema, { password: typed['password'] ?? '' }, typed),
      ({ password }, { id }) => resetPassword(database, res.locals.audit, id, password),
    ),
  );

  on('POST /ui/users/:id/netbox-link', (req, res) =>
    change(
      req,
      res,
      'link',
      typed => check(netboxLinkSchema, { netboxUsername: orNull(typed['netboxUsername']) }, typed),
      ({ netboxUsername }, { id }, ifMatch) => linkUser(database, res.locals.audit, id, ifMatch, netboxUsername),
    ),
  );

  on('POST /ui/users/:id/roles', (req, res) =>
    change(
      req,
      res,
      'role',
      typed => check(bindingCreateSchema, { role: typed['role'] ?? '', endpoint: orNull(typed['endpoint']) }, typed),
      (wanted, { id }) => giveRole(database, res.locals.audit, id, wanted),
    ),
  );

  on('POST /ui/users/:id/roles/:bindingId/take', async (req, res) => {
    await takeRole(database, res.locals.audit, idOf(req, 'user'), idOf(req, 'role of this user', 'bindingId'));
    res.redirect(303, `/ui/users/${idOf(req, 'user')}`);
  });

  /** A token that is made for somebody else proves no person. */
  on('POST /ui/users/:id/tokens', async (req, res) => {
    const [user, typed] = [await userOf(req), typedOf(req)];
    const wanted = tokenFrom(typed, listOf(req, 'permissions'));
    if ('errors' in wanted)
      return show(res, user, { status: 422, sent: { form: 'token', state: { typed, errors: wanted.errors } } });
    const { userId } = res.locals.caller;
    const token = await makeToken(database, res.locals.audit, user.id, userId === user.id ? null : userId, wanted.data);
    await show(res, user, { status: 201, made: newTokenNotice(token) });
  });

  on('POST /ui/users/:id/tokens/:tokenId/revoke', async (req, res) => {
    await endToken(database, res.locals.audit, idOf(req, 'user'), idOf(req, 'token', 'tokenId'));
    res.redirect(303, `/ui/users/${idOf(req, 'user')}`);
  });

  on('POST /ui/users/:id/delete', async (req, res) => {
    await removeUser(database, res.locals.audit, idOf(req, 'user'), `"${typedOf(req)['version']}"`);
    res.redirect(303, '/ui/users');
  });
}

const fieldsFrom = (typed: Typed): Record<string, unknown> => ({
  username: typed['username'] ?? '',
  displayName: typed['displayName']?.trim() ?? '',
  email: orNull(typed['email']),
  enabled: typed['enabled'] !== undefined,
});
