import { lockSeconds } from '../../../domain/people/lock-out';
import type { Queryable } from '../../queryable';

/**
 * Counts an attempt as failed before anything is checked, so that many at once, in however many processes, cannot outrun the count; a success
 * clears it. Call it in a transaction. False, and nothing counted, while the key is locked.
 */
export async function takeAttempt(db: Queryable, key: Buffer): Promise<boolean> {
  const { rows } = await db.query<{ failures: number }>(
    `insert into login_failure as f (key, failures) values ($1, 1)
     on conflict (key) do update
       set failures = case when f.last_at < now() - interval '1 day' then 1 else f.failures + 1 end, last_at = now(), locked_until = null
       where f.locked_until is null or f.locked_until <= now()
     returning failures`,
    [key],
  );
  const [attempt] = rows;
  if (attempt === undefined) return false;
  const seconds = lockSeconds(attempt.failures);
  if (seconds > 0)
    await db.query(`update login_failure set locked_until = now() + $2 * interval '1 second' where key = $1`, [key, seconds]);
  await db.query(`delete from login_failure where last_at < now() - interval '1 day'`);
  return true;
}

/** Whole seconds until the key is unlocked; 0 when it is not locked. */
export async function secondsLocked(db: Queryable, key: Buffer): Promise<number> {
  const { rows } = await db.query<{ seconds: number }>(
    `select greatest(0, ceil(extract(epoch from locked_until - now())))::integer as seconds from login_failure where key = $1`,
    [key],
  );
  return rows[0]?.seconds ?? 0;
}

export async function clearFailures(db: Queryable, keys: readonly Buffer[]): Promise<void> {
  await db.query('delete from login_failure where key = any($1)', [keys]);
}
