import type { Queryable } from '../../queryable';

/** A token as it is shown: never with what it is. */
export interface ApiToken {
  id: string;
  name: string;
  prefix: string;
  /** Null: everything that its user may do. */
  permissions: string[] | null;
  /** A user, who may be gone; null for a token that nobody's own request made. */
  createdBy: string | null;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface NewToken {
  id: string;
  userId: string;
  createdBy: string | null;
  name: string;
  prefix: string;
  /** SHA-256 of the whole token. */
  hash: Buffer;
  permissions: readonly string[] | null;
  expiresAt: Date | null;
}

/** What a request needs to know about the token that it carries. */
export interface TokenHolder {
  tokenId: string;
  userId: string;
  username: string;
  enabled: boolean;
  /** The user made it, so that it proves who asks. */
  own: boolean;
  permissions: string[] | null;
  expiresAt: Date | null;
  expired: boolean;
  revoked: boolean;
  /** Whether its last use was noted within the last minute. */
  notedLately: boolean;
}

const COLUMNS = `id, name, prefix, permissions, created_by as "createdBy", expires_at as "expiresAt", last_used_at as "lastUsedAt",
  created_at as "createdAt", revoked_at as "revokedAt"`;

export async function listTokens(db: Queryable, userId: string): Promise<ApiToken[]> {
  const { rows } = await db.query<ApiToken>(`select ${COLUMNS} from api_token where user_id = $1 order by created_at, id`, [
    userId,
  ]);
  return rows;
}

export async function insertToken(db: Queryable, token: NewToken): Promise<ApiToken> {
  const { rows } = await db.query<ApiToken>(
    `insert into api_token (id, user_id, created_by, name, prefix, hash, permissions, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
    [token.id, token.userId, token.createdBy, token.name, token.prefix, token.hash, token.permissions, token.expiresAt],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The token was not stored.');
  return row;
}

/** Revokes once; the first time stays. False when the user has no such token. */
export async function revokeToken(db: Queryable, userId: string, tokenId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'update api_token set revoked_at = coalesce(revoked_at, now()) where id = $1 and user_id = $2',
    [tokenId, userId],
  );
  return rowCount === 1;
}

/** Whose token this is; undefined when it is nobody's. */
export async function findTokenHolder(db: Queryable, hash: Buffer): Promise<TokenHolder | undefined> {
  const { rows } = await db.query<TokenHolder>(
    `select t.id as "tokenId", u.id as "userId", u.username, u.enabled, t.created_by is not distinct from u.id as own, t.permissions,
            t.expires_at as "expiresAt", coalesce(t.expires_at <= now(), false) as expired, t.revoked_at is not null as revoked,
            coalesce(t.last_used_at > now() - interval '1 minute', false) as "notedLately"
       from api_token t join app_user u on u.id = t.user_id where t.hash = $1`,
    [hash],
  );
  return rows[0];
}

export async function noteTokenUse(db: Queryable, tokenId: string): Promise<void> {
  await db.query(
    `update api_token set last_used_at = now() where id = $1 and coalesce(last_used_at < now() - interval '1 minute', true)`,
    [tokenId],
  );
}
