import type { Queryable } from '../../queryable';

/** What administrators may set. */
export interface UserFields {
  username: string;
  displayName: string;
  email: string | null;
  enabled: boolean;
}

export interface User extends UserFields {
  id: string;
  /** False: no password signs this user in. */
  hasPassword: boolean;
  netboxUsername: string | null;
  /** Who this is at an OpenID Connect provider. */
  external: { issuer: string; subject: string } | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

interface UserRow {
  id: string;
  username: string;
  display_name: string;
  email: string | null;
  has_password: boolean;
  enabled: boolean;
  netbox_username: string | null;
  external_issuer: string | null;
  external_subject: string | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `id, username, display_name, email, password_hash is not null as has_password, enabled, netbox_username, external_issuer,
  external_subject, version, created_at, updated_at`;
const CHANGED = 'version = version + 1, updated_at = now()';

export async function listUsers(db: Queryable): Promise<User[]> {
  const { rows } = await db.query<UserRow>(`select ${COLUMNS} from app_user order by lower(username)`);
  return rows.map(toUser);
}

export async function findUser(db: Queryable, id: string): Promise<User | undefined> {
  const { rows } = await db.query<UserRow>(`select ${COLUMNS} from app_user where id = $1`, [id]);
  return rows.map(toUser)[0];
}

/** The user, whom nobody else changes until the transaction ends. */
export async function lockUser(db: Queryable, id: string): Promise<User | undefined> {
  const { rows } = await db.query<UserRow>(`select ${COLUMNS} from app_user where id = $1 for update`, [id]);
  return rows.map(toUser)[0];
}

/** Everybody who may be meant by a NetBox user's name, in whatever case; `personForNetBoxUser` decides. */
export async function listUsersOfNetBox(db: Queryable, netboxUsername: string): Promise<User[]> {
  const { rows } = await db.query<UserRow>(`select ${COLUMNS} from app_user where lower(netbox_username) = lower($1)`, [
    netboxUsername,
  ]);
  return rows.map(toUser);
}

/** Unique violation of `app_user_username_key` when the name is taken, in whatever case. */
export async function insertUser(db: Queryable, id: string, fields: UserFields, passwordHash: string | null): Promise<User> {
  const { rows } = await db.query<UserRow>(
    `insert into app_user (id, username, display_name, email, enabled, password_hash) values ($1, $2, $3, $4, $5, $6)
     returning ${COLUMNS}`,
    [id, fields.username, fields.displayName, fields.email, fields.enabled, passwordHash],
  );
  return only(rows);
}

/** Unique violation of `app_user_username_key` when the name is taken, in whatever case. */
export async function updateUser(db: Queryable, id: string, fields: UserFields): Promise<User> {
  const { rows } = await db.query<UserRow>(
    `update app_user set username = $2, display_name = $3, email = $4, enabled = $5, ${CHANGED} where id = $1 returning ${COLUMNS}`,
    [id, fields.username, fields.displayName, fields.email, fields.enabled],
  );
  return only(rows);
}

/** Unique violation of `app_user_netbox_key` when another user is linked with that NetBox user, in whatever case. */
export async function linkNetBoxUser(db: Queryable, id: string, netboxUsername: string | null): Promise<User> {
  const { rows } = await db.query<UserRow>(
    `update app_user set netbox_username = $2, ${CHANGED} where id = $1 returning ${COLUMNS}`,
    [id, netboxUsername],
  );
  return only(rows);
}

/** Deletes the user with roles, tokens and sessions. */
export async function deleteUser(db: Queryable, id: string): Promise<void> {
  await db.query('delete from app_user where id = $1', [id]);
}

export interface PasswordOwner {
  id: string;
  username: string;
  enabled: boolean;
  passwordHash: string | null;
}

/** Whose password is to be checked; of the name, case does not count. */
export async function findPasswordOwner(
  db: Queryable,
  by: { username: string } | { id: string },
): Promise<PasswordOwner | undefined> {
  const [condition, value] = 'id' in by ? ['id = $1', by.id] : ['lower(username) = lower($1)', by.username];
  const { rows } = await db.query<PasswordOwner>(
    `select id, username, enabled, password_hash as "passwordHash" from app_user where ${condition}`,
    [value],
  );
  return rows[0];
}

/** False when there is no such user. */
export async function setPasswordHash(db: Queryable, id: string, passwordHash: string): Promise<boolean> {
  const { rowCount } = await db.query(`update app_user set password_hash = $2, ${CHANGED} where id = $1`, [id, passwordHash]);
  return rowCount === 1;
}

const toUser = (row: UserRow): User => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name,
  email: row.email,
  hasPassword: row.has_password,
  enabled: row.enabled,
  netboxUsername: row.netbox_username,
  external:
    row.external_issuer === null || row.external_subject === null
      ? null
      : { issuer: row.external_issuer, subject: row.external_subject },
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

function only(rows: UserRow[]): User {
  const [row] = rows;
  if (row === undefined) throw new Error('The user is gone: lock it before changing it.');
  return toUser(row);
}
