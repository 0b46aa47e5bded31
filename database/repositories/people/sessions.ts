import type { Queryable } from '../../queryable';

export interface NewSession {
  /** SHA-256 of what the cookie holds. */
  idHash: Buffer;
  userId: string;
  csrfSecret: string;
  userAgent: string | null;
  expiresAt: Date;
}

/** What a request needs to know about the session that it carries. */
export interface SessionHolder {
  userId: string;
  username: string;
  enabled: boolean;
  csrfSecret: string;
  /** Whether it was noted within the last minute that it is in use. */
  notedLately: boolean;
}

/** Stores a session, and drops those that are over, whoever's they were. */
export async function insertSession(db: Queryable, session: NewSession): Promise<void> {
  await db.query('delete from session where expires_at <= now()');
  await db.query(`insert into session (id_hash, user_id, csrf_secret, user_agent, expires_at) values ($1, $2, $3, $4, $5)`, [
    session.idHash,
    session.userId,
    session.csrfSecret,
    session.userAgent,
    session.expiresAt,
  ]);
}

/** Whose session this is; undefined when it is nobody's, or over. */
export async function findSessionHolder(db: Queryable, idHash: Buffer): Promise<SessionHolder | undefined> {
  const { rows } = await db.query<SessionHolder>(
    `select u.id as "userId", u.username, u.enabled, s.csrf_secret as "csrfSecret",
            s.last_seen_at > now() - interval '1 minute' as "notedLately"
       from session s join app_user u on u.id = s.user_id where s.id_hash = $1 and s.expires_at > now()`,
    [idHash],
  );
  return rows[0];
}

export async function noteSessionUse(db: Queryable, idHash: Buffer): Promise<void> {
  await db.query(`update session set last_seen_at = now() where id_hash = $1`, [idHash]);
}

export async function deleteSession(db: Queryable, idHash: Buffer): Promise<void> {
  await db.query('delete from session where id_hash = $1', [idHash]);
}

/** Signs a user out everywhere, or everywhere but here. */
export async function deleteSessionsOf(db: Queryable, userId: string, exceptIdHash: Buffer | null = null): Promise<void> {
  await db.query('delete from session where user_id = $1 and id_hash is distinct from $2', [userId, exceptIdHash]);
}
