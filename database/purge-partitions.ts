import type { Pool } from 'pg';
import { inTransaction } from './queryable';

export interface DroppedPartitions {
  dropped: number;
  /** Rows that were deleted from days which hold something that is kept. */
  rows: number;
  /** Partitions that somebody used for too long. */
  busy: number;
}

/** Of `ensure_run_partitions`: a table's name and a day. */
const PARTITIONS = `
  select child.relname as name
    from pg_inherits i join pg_class child on child.oid = i.inhrelid join pg_class parent on parent.oid = i.inhparent
   where parent.relname = any($1) and child.relname ~ '_[0-9]{8}$' and pg_table_is_visible(child.oid)
     and to_date(right(child.relname, 8), 'YYYYMMDD') < current_date - $2::integer
   order by child.relname`;

/** Drops the partitions of days before the last so many; one with rows of runs that are kept loses only the others. */
export async function dropOldPartitions(
  pool: Pick<Pool, 'query' | 'connect'>,
  parents: readonly string[],
  days: number,
  kept: readonly string[],
): Promise<DroppedPartitions> {
  const { rows } = await pool.query<{ name: string }>(PARTITIONS, [parents, days]);
  const sum: DroppedPartitions = { dropped: 0, rows: 0, busy: 0 };
  for (const { name } of rows) {
    const gone = await dropOrTrim(pool, name, kept);
    if (gone === 'dropped') sum.dropped += 1;
    else if (gone === 'busy') sum.busy += 1;
    else sum.rows += gone;
  }
  return sum;
}

/** Dropping a partition locks its table for everybody: whoever waits for that lock makes all others wait, too, so it is not for long. */
async function dropOrTrim(
  pool: Pick<Pool, 'connect'>,
  partition: string,
  kept: readonly string[],
): Promise<'dropped' | 'busy' | number> {
  try {
    return await inTransaction(pool, async db => {
      await db.query(`set local lock_timeout = '3s'`);
      const { rowCount: used } = await db.query(`select from ${partition} where run_id = any($1::uuid[]) limit 1`, [kept]);
      if (used === 0) {
        await db.query(`drop table ${partition}`);
        return 'dropped';
      }
      const { rowCount } = await db.query(`delete from ${partition} where run_id <> all($1::uuid[])`, [kept]);
      return rowCount ?? 0;
    });
  } catch (error) {
    if (isLockTimeout(error)) return 'busy';
    throw error;
  }
}

const isLockTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '55P03';
