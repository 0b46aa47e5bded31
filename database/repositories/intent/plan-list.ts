import type { EndpointSet } from '../../../domain/people/rights';
import type { RunState } from '../../../domain/run';
import type { Queryable } from '../../queryable';
import type { IntentPlan } from './plans';

/** A plan as a line of a list. */
export interface PlanLine extends Pick<
  IntentPlan,
  'id' | 'branch' | 'changeLog' | 'requestedBy' | 'state' | 'message' | 'createdAt'
> {
  changes: number;
  blocked: number;
  /** The run that applies it. */
  run: { id: string; state: RunState } | null;
}

interface Row extends Omit<PlanLine, 'branch' | 'run'> {
  branch_id: string | null;
  branch_name: string | null;
  merged_at: string | null;
  run_id: string | null;
  run_state: RunState | null;
  created_at_text: string;
}

/** The last plan of a page: the next one starts after it. */
export interface PlanCursor {
  createdAt: string;
  id: string;
}

export interface PlanPage {
  plans: PlanLine[];
  /** Undefined on the last page. */
  next: PlanCursor | undefined;
}

/** Plans about nothing but these endpoints, from the newest on. A branch's plan that names no endpoint yet is for those who see all of them. */
export async function listIntentPlans(
  db: Queryable,
  on: EndpointSet,
  { after, limit }: { after: PlanCursor | undefined; limit: number },
): Promise<PlanPage> {
  const { rows } = await db.query<Row>(
    `select p.id, p.branch_id, p.branch_name, p.merged_at, p.change_log as "changeLog", p.requested_by as "requestedBy", p.state, p.message, p.created_at as "createdAt",
       to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at_text,
       p.run_id, r.state as run_state, c.changes, c.blocked
     from intent_plan p left join run r on r.id = p.run_id
       cross join lateral (select count(*)::int as changes, (count(*) filter (where verdict = 'blocked'))::int as blocked,
         array_agg(distinct endpoint_id::text) filter (where endpoint_id is not null) as endpoints from guest_change where plan_id = p.id) c
       cross join lateral (select array_agg(a ->> 'endpointId') as endpoints from jsonb_array_elements(p.asked) a) asked
     where ($1::text[] is null or (coalesce(c.endpoints, asked.endpoints) is not null
         and coalesce(c.endpoints, '{}') || coalesce(asked.endpoints, '{}') <@ $1))
       and ($2::timestamptz is null or p.created_at < $2 or (p.created_at = $2 and p.id > $3::uuid))
     order by p.created_at desc, p.id limit $4`,
    [on === 'all' ? null : on, after?.createdAt, after?.id, limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { plans: rows.slice(0, limit).map(toLine), next: last && { createdAt: last.created_at_text, id: last.id } };
}

const toLine = ({ branch_id, branch_name, merged_at, run_id, run_state, created_at_text: _cursor, ...row }: Row): PlanLine => ({
  ...row,
  branch: branch_id === null ? null : { id: Number(branch_id), name: branch_name ?? '', mergedAt: merged_at },
  run: run_id === null || run_state === null ? null : { id: run_id, state: run_state },
});

/** Ids of the changes of a plan for which reflection leaves their guests' fields alone. */
export async function listHeldChanges(db: Queryable, planId: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from intent_hold h join guest_change c on c.id = h.change_id where c.plan_id = $1 and h.released_at is null`,
    [planId],
  );
  return rows.map(({ id }) => id);
}
