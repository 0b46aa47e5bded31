import type { Queryable } from '../../queryable';
import { findUser, type User } from './users';

/** Somebody on their way to the provider. */
export interface OidcSignIn {
  /** SHA-256 of the state that the provider sends back. */
  stateHash: Buffer;
  /** SHA-256 of what the cookie holds. */
  cookieHash: Buffer;
  /** Page of this service to go on to. */
  next: string;
}

const LIFE_MINUTES = 10;

/** Stores one, and drops those whose time is over. */
export async function insertOidcSignIn(db: Queryable, { stateHash, cookieHash, next }: OidcSignIn): Promise<void> {
  await db.query('delete from oidc_sign_in where expires_at <= now()');
  await db.query(
    `insert into oidc_sign_in (state_hash, cookie_hash, next, expires_at) values ($1, $2, $3, now() + make_interval(mins => $4))`,
    [stateHash, cookieHash, next, LIFE_MINUTES],
  );
}

/** Takes the one of a state and a cookie, once; undefined when there is none, or its time is over. */
export async function takeOidcSignIn(
  db: Queryable,
  { stateHash, cookieHash }: Omit<OidcSignIn, 'next'>,
): Promise<{ next: string } | undefined> {
  const { rows } = await db.query<{ next: string }>(
    'delete from oidc_sign_in where state_hash = $1 and cookie_hash = $2 and expires_at > now() returning next',
    [stateHash, cookieHash],
  );
  return rows[0];
}

/** Who somebody at a provider is here: by issuer and subject, and by nothing that they could change there. */
export async function findExternalUser(db: Queryable, issuer: string, subject: string): Promise<User | undefined> {
  const { rows } = await db.query<{ id: string }>(
    'select id from app_user where external_issuer = $1 and external_subject = $2',
    [issuer, subject],
  );
  const [row] = rows;
  return row && findUser(db, row.id);
}

export interface NewExternalUser {
  id: string;
  username: string;
  displayName: string;
  email: string | null;
  issuer: string;
  subject: string;
}

/** False when the name is taken, or somebody else made this user meanwhile. */
export async function insertExternalUser(db: Queryable, user: NewExternalUser): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into app_user (id, username, display_name, email, external_issuer, external_subject) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [user.id, user.username, user.displayName, user.email, user.issuer, user.subject],
  );
  return rowCount === 1;
}

/**
 * The roles that the provider's groups give, everywhere, in place of those that they gave before. What people gave stays, and is not made theirs.
 * @returns what was given and what was taken away, by the names of the roles; empty when all stayed as it was.
 */
export async function replaceOidcRoles(
  db: Queryable,
  userId: string,
  roleIds: readonly string[],
): Promise<{ given: string[]; taken: string[] }> {
  const { rows: taken } = await db.query<{ name: string }>(
    `delete from role_binding b using role r
      where b.role_id = r.id and b.user_id = $1 and b.given_by = 'oidc' and not b.role_id = any($2::uuid[]) returning r.name`,
    [userId, roleIds],
  );
  const { rows: given } = await db.query<{ name: string }>(
    `with made as (
       insert into role_binding (id, user_id, role_id, given_by)
       select gen_random_uuid(), $1, role_id, 'oidc' from unnest($2::uuid[]) as wanted (role_id)
       on conflict do nothing returning role_id
     )
     select r.name from made join role r on r.id = made.role_id`,
    [userId, roleIds],
  );
  return { given: given.map(({ name }) => name), taken: taken.map(({ name }) => name) };
}

/** False when another user is linked with that NetBox user. */
export async function linkClaimedNetBoxUser(db: Queryable, userId: string, netboxUsername: string): Promise<boolean> {
  const { rows } = await db.query<{ taken: boolean }>(
    'select exists (select from app_user where lower(netbox_username) = lower($2) and id <> $1) as taken',
    [userId, netboxUsername],
  );
  if (rows[0]?.taken === true) return false;
  await db.query(
    `update app_user set netbox_username = $2, version = version + 1, updated_at = now()
      where id = $1 and netbox_username is distinct from $2`,
    [userId, netboxUsername],
  );
  return true;
}
