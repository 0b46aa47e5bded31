import { Secret } from '../../config/secret';
import type { Queryable } from '../queryable';
import type { SecretBox, SecretPlace } from '../secrets';

export type LinkOutcome = 'linked' | 'refused' | 'taken' | 'unavailable';

/** A person who proves who they are in NetBox. */
export interface LinkAttempt {
  userId: string;
  netboxUsername: string;
  password: Secret<string>;
}

export interface LinkAnswer {
  outcome: LinkOutcome;
  /** Of `linked` the name that NetBox has for them; else why not. */
  message: string;
}

/** Longer than any sign-in takes; then the password is of no use to anybody. */
const LIFE_SECONDS = 60;

/** Stores an attempt with its password encrypted, and drops those whose time is over. */
export async function insertLinkAttempt(
  db: Queryable,
  secrets: Pick<SecretBox, 'seal'>,
  id: string,
  { userId, netboxUsername, password }: LinkAttempt,
): Promise<void> {
  await db.query('delete from netbox_link_attempt where expires_at <= now()');
  const { keyId, ciphertext } = secrets.seal(password.reveal(), place(id));
  await db.query(
    `insert into netbox_link_attempt (id, user_id, netbox_username, key_id, ciphertext, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
    [id, userId, netboxUsername, keyId, ciphertext, LIFE_SECONDS],
  );
}

/**
 * Takes an attempt with its password, which is gone from the database with that: there is one try. Undefined when it was taken, or its time is over.
 * @throws WrongEncryptionKeyError, SecretAlteredError
 */
export async function takeLinkAttempt(
  db: Queryable,
  secrets: Pick<SecretBox, 'open'>,
  id: string,
): Promise<LinkAttempt | undefined> {
  const { rows } = await db.query<{ user_id: string; netbox_username: string; key_id: string; ciphertext: Buffer }>(
    `with taken as (
       select id, user_id, netbox_username, key_id, ciphertext from netbox_link_attempt
        where id = $1 and ciphertext is not null and expires_at > now() for update
     )
     update netbox_link_attempt a set key_id = null, ciphertext = null from taken where a.id = taken.id
     returning taken.user_id, taken.netbox_username, taken.key_id, taken.ciphertext`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const password = new Secret(secrets.open({ keyId: row.key_id, ciphertext: row.ciphertext }, place(id)));
  return { userId: row.user_id, netboxUsername: row.netbox_username, password };
}

/** The first answer stays. @returns whether this was it. */
export async function answerLinkAttempt(db: Queryable, id: string, { outcome, message }: LinkAnswer): Promise<boolean> {
  const { rowCount } = await db.query(
    `update netbox_link_attempt set outcome = $2, message = $3, key_id = null, ciphertext = null where id = $1 and outcome is null`,
    [id, outcome, message],
  );
  return rowCount === 1;
}

/** Undefined while nobody has answered. */
export async function findLinkAnswer(db: Queryable, id: string): Promise<LinkAnswer | undefined> {
  const { rows } = await db.query<LinkAnswer>(
    'select outcome, message from netbox_link_attempt where id = $1 and outcome is not null',
    [id],
  );
  return rows[0];
}

const place = (id: string): SecretPlace => ({ table: 'netbox_link_attempt', row: id, column: 'ciphertext' });
