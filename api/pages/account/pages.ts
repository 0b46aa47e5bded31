import type { Response } from 'express';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { permissions } from '../../../domain/people/permissions';
import type { Identity } from '../../auth/identity';
import { endToken, makeToken, viewTokens } from '../../auth/token-answers';
import type { ApiDependencies } from '../../dependencies';
import { Problem } from '../../errors';
import { idOf } from '../../validate';
import { listOf, typedOf } from '../form-input';
import type { GuardedPages } from '../guarded-pages';
import type { FormState } from '../html/form';
import type { Html } from '../html/h';
import { sendPage } from '../html/layout';
import { empty, heading, row, section, table } from '../html/parts';
import { newTokenNotice, tokenFrom, tokenSection } from '../tokens';

const untouched: FormState = { typed: {}, errors: {} };

/** What people see about themselves. */
export function accountPages({ on }: GuardedPages, { database }: ApiDependencies): void {
  const show = async (res: Response, state: FormState, status: number, made?: Html): Promise<void> => {
    const { caller } = res.locals;
    const [tokens, endpoints] = await Promise.all([viewTokens(database, userIdOf(caller)), listEndpoints(database)]);
    const names = new Map(endpoints.map(({ id, name }) => [id, name]));
    const body = [
      heading(caller.username),
      made,
      tokenSection(caller, '/ui/account/tokens', tokens, state),
      section('What you may do', rightsOf(caller, names)),
    ];
    sendPage(res, { title: 'Your account', place: 'account', body }, status);
  };

  on('GET /ui/account', (_req, res) => show(res, untouched, 200));

  on('POST /ui/account/tokens', async (req, res) => {
    const typed = typedOf(req);
    const wanted = tokenFrom(typed, listOf(req, 'permissions'));
    if ('errors' in wanted) return show(res, { typed, errors: wanted.errors }, 422);
    const userId = userIdOf(res.locals.caller);
    await show(res, untouched, 201, newTokenNotice(await makeToken(database, res.locals.audit, userId, userId, wanted.data)));
  });

  on('POST /ui/account/tokens/:tokenId/revoke', async (req, res) => {
    await endToken(database, res.locals.audit, userIdOf(res.locals.caller), idOf(req, 'token', 'tokenId'));
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
