import type { Queryable } from '../../database/queryable';
import { type ApiToken, insertToken, listTokens, revokeToken } from '../../database/repositories/people/tokens';
import type { Auditor } from '../audit/auditor';
import { notFound } from '../validate';
import type { NewTokenView, TokenCreate, TokenView } from './schema';
import { mintToken } from './tokens';

export async function makeToken(
  db: Queryable,
  audit: Auditor,
  userId: string,
  createdBy: string | null,
  wanted: TokenCreate,
): Promise<NewTokenView> {
  const { row, secret } = mintToken({ userId, createdBy, ...wanted });
  const { id, name, prefix, permissions, expiresAt } = row;
  const stored = await audit.effect(
    { action: 'token.create', object: { type: 'token', id }, detail: { userId, name, prefix, permissions, expiresAt } },
    () => insertToken(db, row),
  );
  return { ...viewToken(stored), token: secret };
}

export async function viewTokens(db: Queryable, userId: string): Promise<TokenView[]> {
  return (await listTokens(db, userId)).map(viewToken);
}

/** @throws Problem `not-found` */
export async function endToken(db: Queryable, audit: Auditor, userId: string, tokenId: string): Promise<void> {
  await audit.effect({ action: 'token.revoke', object: { type: 'token', id: tokenId }, detail: { userId } }, async () => {
    if (!(await revokeToken(db, userId, tokenId))) throw notFound('token');
  });
}

const viewToken = (token: ApiToken): TokenView => ({
  ...token,
  expiresAt: token.expiresAt?.toISOString() ?? null,
  lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
  createdAt: token.createdAt.toISOString(),
  revokedAt: token.revokedAt?.toISOString() ?? null,
});
