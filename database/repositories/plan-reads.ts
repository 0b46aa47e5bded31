import type { Values } from '../../domain/reflection/values';
import type { Queryable } from '../queryable';

export type ChangeAction = 'create' | 'update' | 'delete' | 'link';
export type ChangeState = 'planned' | 'sending' | 'done' | 'refused' | 'skipped';

/** One row of a plan: what a run would do, or did, to one NetBox object. */
export interface ChangeRead {
  runId: string;
  seq: number;
  kind: string;
  key: string;
  label: string;
  guest: string | null;
  action: ChangeAction;
  netboxId: number | null;
  before: Values;
  after: Values;
  why: string | null;
  state: ChangeState;
  /** NetBox's words about a refused write. */
  error: ChangeError | null;
}

export interface ChangeError {
  code: string;
  text: string;
  /** NetBox's words by field. */
  fields?: unknown;
}

/** Place of a row in the plans of a run and its children. */
export interface RowCursor {
  runId: string;
  seq: number;
}

export interface RowPage<T> {
  rows: T[];
  /** Undefined on the last page. */
  next: RowCursor | undefined;
}

export interface PageRequest {
  after: RowCursor | undefined;
  limit: number;
}

export interface ChangeFilter {
  kind?: string | undefined;
  action?: ChangeAction | undefined;
  state?: ChangeState | undefined;
  /** Part of the label, key, guest or a value, in any case. */
  text?: string | undefined;
}

export interface ChangeTotal {
  kind: string;
  action: ChangeAction;
  state: ChangeState;
  count: number;
}

interface ChangeRow {
  run_id: string;
  seq: number;
  kind: string;
  key: string;
  label: string;
  guest: string | null;
  action: ChangeAction;
  /** A bigint, which the driver gives as text. */
  netbox_id: string | null;
  before: Values;
  after: Values;
  why: string | null;
  state: ChangeState;
  error: ChangeError | null;
}

/** Rows of a run and of its children. */
export const OF_RUN = 'run_id in (select id from run where id = $1 or parent_id = $1)';

/** The plan of a run, and for a full sync the plans of its endpoints one after the other. */
export async function listChanges(
  db: Queryable,
  runId: string,
  filter: ChangeFilter,
  { after, limit }: PageRequest,
): Promise<RowPage<ChangeRead>> {
  const { rows } = await db.query<ChangeRow>(
    `select run_id, seq, kind, key, label, guest, action, netbox_id, before, after, why, state, error from change
      where ${OF_RUN} and ($2::text is null or kind = $2) and ($3::text is null or action = $3) and ($4::text is null or state = $4)
        and ($5::text is null
             or strpos(lower(concat_ws(' ', label, key, guest, netbox_id, before::text, after::text)), lower($5)) > 0)
        and ($6::uuid is null or (run_id, seq) > ($6, $7::integer))
      order by run_id, seq limit $8`,
    [runId, filter.kind, filter.action, filter.state, filter.text, after?.runId, after?.seq, limit + 1],
  );
  return page(rows.map(toChange), limit);
}

/** How many rows of each sort the plan has. */
export async function countChanges(db: Queryable, runId: string): Promise<ChangeTotal[]> {
  const { rows } = await db.query<ChangeTotal>(
    `select kind, action, state, count(*)::integer as count from change where ${OF_RUN} group by kind, action, state order by 1, 2, 3`,
    [runId],
  );
  return rows;
}

/** Cuts off the row that was read only to know whether there is a next page. */
export function page<T extends RowCursor>(rows: T[], limit: number): RowPage<T> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit), next: last && { runId: last.runId, seq: last.seq } };
}

const toChange = (row: ChangeRow): ChangeRead => ({
  runId: row.run_id,
  seq: row.seq,
  kind: row.kind,
  key: row.key,
  label: row.label,
  guest: row.guest,
  action: row.action,
  netboxId: row.netbox_id === null ? null : Number(row.netbox_id),
  before: row.before,
  after: row.after,
  why: row.why,
  state: row.state,
  error: row.error,
});
