import type { TokenView } from '../../api/auth/schema';
import type { ApiClient } from '../connection/client';
import { UsageError } from '../errors';
import { findUser } from './find-user';

/** Where the tokens of somebody are: one's own, unless a user is named. */
export async function tokensPath(api: ApiClient, user: string | undefined): Promise<string> {
  return user === undefined ? '/auth/tokens' : `/users/${(await findUser(api, user)).id}/tokens`;
}

/**
 * A token by its id, what it begins with, or its name.
 * @throws UsageError when none, or more than one, is meant.
 */
export function findToken(tokens: readonly TokenView[], wanted: string): TokenView {
  const open = tokens.filter(({ revokedAt }) => revokedAt === null);
  const prefix = wanted.replace(/^pbx_/, '').replace(/_.*$/, '');
  const byId = tokens.find(({ id }) => id === wanted.toLowerCase());
  const found = byId === undefined ? open.filter(token => token.prefix === prefix || token.name === wanted) : [byId];
  if (found[0] !== undefined && found.length === 1) return found[0];
  const why =
    found.length === 0 ? 'None has this id, beginning or name.' : `It is the name of ${found.length} tokens: give an id.`;
  throw new UsageError(`"${wanted}" names no single token.`, 'proxbox token list', why);
}
