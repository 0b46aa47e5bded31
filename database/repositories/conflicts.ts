import type { Queryable } from '../queryable';

export interface Conflict {
  key: string;
  holder: string;
}

/** Remembers the conflicts of a run, forgets those that are gone, and says how many were not there before. */
export async function rememberConflicts(
  db: Queryable,
  endpointId: string,
  runId: string,
  conflicts: Conflict[],
): Promise<number> {
  await db.query(
    `insert into known_conflict (endpoint_id, key, holder, first_run, last_run)
     select $1, key, holder, $2, $2 from unnest($3::text[], $4::text[]) as item (key, holder)
     on conflict (endpoint_id, key, holder) do update set last_run = excluded.last_run`,
    [endpointId, runId, conflicts.map(item => item.key), conflicts.map(item => item.holder)],
  );
  await db.query(`delete from known_conflict where endpoint_id = $1 and last_run <> $2`, [endpointId, runId]);
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from known_conflict where endpoint_id = $1 and first_run = $2`,
    [endpointId, runId],
  );
  return rows[0]?.n ?? 0;
}
