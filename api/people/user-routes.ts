import type { Response, Router } from 'express';
import { findUser, listUsers, type User } from '../../database/repositories/people/users';
import { tokenCreateSchema, type TokenListView } from '../auth/schema';
import { endToken, makeToken, viewTokens } from '../auth/token-answers';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { pageOf } from '../paging';
import { bodyOf, idOf, notFound } from '../validate';
import { giveRole, takeRole, viewBindings } from './bindings';
import { createUser, linkUser, patchUser, removeUser, resetPassword } from './change-users';
import {
  type BindingListView,
  bindingCreateSchema,
  netboxLinkSchema,
  passwordResetSchema,
  userCreateSchema,
  type UserListView,
  userPatchSchema,
  type UserView,
} from './schema';

export function userRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;

  const userOf = async (id: string): Promise<User> => {
    const user = await findUser(database, id);
    if (user === undefined) throw notFound('user');
    return user;
  };

  on('GET /users', async (req, res) => {
    const answer: UserListView = pageOf(req, res, (await listUsers(database)).map(viewUser));
    res.json(answer);
  });

  on('POST /users', async (req, res) => {
    const user = await createUser(database, res.locals.audit, bodyOf(req, userCreateSchema));
    res.status(201).location(`/users/${user.id}`);
    answer(res, user);
  });

  on('GET /users/:id', async (req, res) => answer(res, await userOf(idOf(req, 'user'))));

  on('PATCH /users/:id', async (req, res) => {
    const [id, ifMatch, patch] = [idOf(req, 'user'), ifMatchOf(req), bodyOf(req, userPatchSchema)];
    answer(res, await patchUser(database, res.locals.audit, id, ifMatch, patch));
  });

  on('DELETE /users/:id', async (req, res) => {
    await removeUser(database, res.locals.audit, idOf(req, 'user'), ifMatchOf(req));
    res.status(204).end();
  });

  on('PUT /users/:id/password', async (req, res) => {
    await resetPassword(database, res.locals.audit, idOf(req, 'user'), bodyOf(req, passwordResetSchema).password);
    res.status(204).end();
  });

  on('PUT /users/:id/netbox-link', async (req, res) => {
    const { netboxUsername } = bodyOf(req, netboxLinkSchema);
    answer(res, await linkUser(database, res.locals.audit, idOf(req, 'user'), ifMatchOf(req), netboxUsername));
  });

  on('GET /users/:id/roles', async (req, res) => {
    const { id } = await userOf(idOf(req, 'user'));
    const bindings: BindingListView = pageOf(req, res, await viewBindings(database, id));
    res.json(bindings);
  });

  on('POST /users/:id/roles', async (req, res) => {
    const { id } = await userOf(idOf(req, 'user'));
    res.status(201).json(await giveRole(database, res.locals.audit, id, bodyOf(req, bindingCreateSchema)));
  });

  on('DELETE /users/:id/roles/:bindingId', async (req, res) => {
    await takeRole(database, res.locals.audit, idOf(req, 'user'), idOf(req, 'role of this user', 'bindingId'));
    res.status(204).end();
  });

  on('GET /users/:id/tokens', async (req, res) => {
    const { id } = await userOf(idOf(req, 'user'));
    const tokens: TokenListView = pageOf(req, res, await viewTokens(database, id));
    res.json(tokens);
  });

  /** A token that is made here proves no person, not even when it is one's own: whoever holds `manage_users` could have made it. */
  on('POST /users/:id/tokens', async (req, res) => {
    const { id } = await userOf(idOf(req, 'user'));
    const { userId } = res.locals.caller;
    const createdBy = userId === id ? null : userId;
    res.status(201).json(await makeToken(database, res.locals.audit, id, createdBy, bodyOf(req, tokenCreateSchema)));
  });

  on('DELETE /users/:id/tokens/:tokenId', async (req, res) => {
    await endToken(database, res.locals.audit, idOf(req, 'user'), idOf(req, 'token', 'tokenId'));
    res.status(204).end();
  });

  return router;
}

function answer(res: Response, user: User): void {
  setETag(res, user.version);
  res.json(viewUser(user));
}

const viewUser = (user: User): UserView => ({
  ...user,
  createdAt: user.createdAt.toISOString(),
  updatedAt: user.updatedAt.toISOString(),
});
