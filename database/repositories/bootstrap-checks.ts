import type { EndpointSet } from '../../domain/people/rights';
import type { Queryable } from '../queryable';

/** What a sync found of the objects in NetBox that reflection stands on. */
export interface BootstrapCheck {
  runId: string;
  checkedAt: Date;
  /** How many it made. */
  created: number;
  patched: number;
  /** What could not be made, and what to do. */
  warnings: string[];
}

/** The last one of a sync of these endpoints; undefined before the first. */
export async function lastBootstrapCheck(db: Queryable, on: EndpointSet): Promise<BootstrapCheck | undefined> {
  const { rows } = await db.query<{ id: string; checked_at: Date; created: number; patched: number; warnings: string[] }>(
    `select r.id, coalesce(r.finished_at, r.started_at, r.created_at) as checked_at,
            (r.report -> 'supportObjects' ->> 'created')::integer as created,
            (r.report -> 'supportObjects' ->> 'patched')::integer as patched,
            array(select f.message from finding f where f.run_id = r.id and f.code = 'custom-field-type' order by f.seq) as warnings
       from run r
      where r.kind = 'endpoint-sync' and r.report ? 'supportObjects' and ($1::text[] is null or r.endpoint_id::text = any($1))
      order by r.created_at desc limit 1`,
    [on === 'all' ? null : on],
  );
  const [row] = rows;
  return row && { runId: row.id, checkedAt: row.checked_at, created: row.created, patched: row.patched, warnings: row.warnings };
}
