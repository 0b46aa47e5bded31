import type { Response } from 'express';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { findUser } from '../../../database/repositories/people/users';
import { permissions } from '../../../domain/people/permissions';
import type { Identity } from '../../auth/identity';
import { proveNetBoxUser } from '../../auth/netbox-link/prove';
import { netboxProofSchema } from '../../auth/netbox-link/schema';
import { endToken, makeToken, viewTokens } from '../../auth/token-answers';
import type { ApiDependencies } from '../../dependencies';
import { Problem, problemKinds } from '../../errors';
import { linkUser } from '../../people/change-users';
import { idOf } from '../../validate';
import { check, listOf, typedOf } from '../form-input';
import type { GuardedPages } from '../guarded-pages';
import type { FormState } from '../html/form';
import type { Html } from '../html/h';
import { sendPage } from '../html/layout';
import { empty, heading, row, section, table } from '../html/parts';
import { netboxSection } from './netbox';
import { newTokenNotice, tokenFrom, tokenSection } from '../tokens';

const untouched: FormState = { typed: {}, errors: {} };

/** What people see about themselves. */
export function accountPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database } = dependencies;
  const show = async (
    res: Response,
    { token = untouched, netbox = untouched, made }: { token?: FormState; netbox?: FormState; made?: Html },
    status: number,
  ): Promise<void> => {
    const { caller } = res.locals;
    const userId = userIdOf(caller);
    const [tokens, endpoints, user] = await Promise.all([
      viewTokens(database, userId),
      listEndpoints(database),
      findUser(database, userId),
    ]);
    const names = new Map(endpoints.map(({ id, name }) => [id, name]));
    const body = [
      heading(caller.username),
      made,
      tokenSection(caller, '/ui/account/tokens', tokens, token),
      netboxSection(caller, user?.netboxUsername ?? null, netbox),
      section('What you may do', rightsOf(caller, names)),
    ];
    sendPage(res, { title: 'Your account', place: 'account', body }, status);
  };

  on('GET /ui/account', (_req, res) => show(res, {}, 200));

  on('POST /ui/account/tokens', async (req, res) => {
    const typed = typedOf(req);
    const wanted = tokenFrom(typed, listOf(req, 'permissions'));
    if ('errors' in wanted) return show(res, { token: { typed, errors: wanted.errors } }, 422);
    const userId = userIdOf(res.locals.caller);
    const made = newTokenNotice(await makeToken(database, res.locals.audit, userId, userId, wanted.data));
    await show(res, { made }, 201);
  });

  on('POST /ui/account/tokens/:tokenId/revoke', async (req, res) => {
    await endToken(database, res.locals.audit, userIdOf(res.locals.caller), idOf(req, 'token', 'tokenId'));
    res.redirect(303, '/ui/account');
  });

  on('POST /ui/account/netbox-link', async (req, res) => {
    const typed = typedOf(req);
    const wanted = check(netboxProofSchema, { username: typed['username'] ?? '', password: typed['password'] ?? '' }, typed);
    if ('errors' in wanted) return show(res, { netbox: { typed, errors: wanted.errors } }, 422);
    const { username, password } = wanted.data;
    try {
      await proveNetBoxUser(dependencies, res.locals, {
        userId: userIdOf(res.locals.caller),
        netboxUsername: username,
        password,
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return show(res, { netbox: { typed, errors: { '': error.detail } } }, problemKinds[error.code].status);
    }
    res.redirect(303, '/ui/account');
  });

  on('POST /ui/account/netbox-link/end', async (_req, res) => {
    await linkUser(database, res.locals.audit, userIdOf(res.locals.caller), '*', null);
    res.redirect(303, '/ui/account');
  });
}

function userIdOf({ userId }: Identity): string {
  if (userId === null) throw new Problem('not-a-person', 'This is about a person.');
  return userId;
}

function rightsOf(caller: Identity, names: ReadonlyMap<string, string>): Html {
  const held = permissions.flatMap(permission => {
    const where = caller.endpointsWith(permission);
    if (where === 'all') return [row(permission, 'everywhere')];
    return where.length === 0 ? [] : [row(permission, where.map(id => names.get(id) ?? id).join(', '))];
  });
  return held.length === 0
    ? empty('Nothing yet: an administrator can give you a role.')
    : table('What you may do', ['Permission', 'Where'], held);
}
