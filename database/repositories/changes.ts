import type { Change } from '../../domain/reflection/change';
import type { Values } from '../../domain/reflection/values';
import type { Queryable } from '../queryable';

export type ChangeState = 'planned' | 'sending' | 'done' | 'refused' | 'skipped';

export interface StoredChange extends Change {
  seq: number;
  state: ChangeState;
  sentAt: Date | null;
}

interface Row {
  seq: number;
  kind: Change['kind'];
  key: string;
  label: string;
  guest: string | null;
  action: Change['action'];
  netbox_id: string | null;
  before: Values;
  after: Values;
  reflect: Values;
  state: ChangeState;
  sent_at: Date | null;
}

/** The next open changes of a kind and action, in plan order. */
export async function openChanges(db: Queryable, runId: string, kind: string, limit: number): Promise<StoredChange[]> {
  const { rows } = await db.query<Row>(
    `select seq, kind, key, label, guest, action, netbox_id, before, after, reflect, state, sent_at
     from change where run_id = $1 and kind = $2 and state in ('planned', 'sending') order by seq limit $3`,
    [runId, kind, limit],
  );
  return rows.map(row => ({
    seq: row.seq,
    kind: row.kind,
    key: row.key,
    label: row.label,
    ...(row.guest !== null && { guest: row.guest }),
    action: row.action,
    netboxId: row.netbox_id === null ? null : Number(row.netbox_id),
    before: row.before,
    after: row.after,
    reflect: row.reflect,
    state: row.state,
    sentAt: row.sent_at,
  }));
}

/** Open changes by kind. */
export async function countOpen(db: Queryable, runId: string): Promise<Map<string, number>> {
  const { rows } = await db.query<{ kind: string; n: number }>(
    `select kind, count(*)::int as n from change where run_id = $1 and state in ('planned', 'sending') group by kind`,
    [runId],
  );
  return new Map(rows.map(row => [row.kind, row.n]));
}

/** Committed before the request leaves: after a crash these are the changes whose outcome is unknown. */
export async function markSending(db: Queryable, runId: string, seqs: number[]): Promise<void> {
  await db.query(`update change set state = 'sending', sent_at = now() where run_id = $1 and seq = any($2)`, [runId, seqs]);
}

/** For changes that were shown not to have happened. */
export async function markPlanned(db: Queryable, runId: string, seqs: number[]): Promise<void> {
  await db.query(`update change set state = 'planned', sent_at = null where run_id = $1 and seq = any($2)`, [runId, seqs]);
}

export interface SettledChange {
  seq: number;
  state: 'done' | 'refused' | 'skipped';
  netboxId: number | null;
  error?: { code: string; text: string; fields?: unknown };
}

export async function settleChanges(db: Queryable, runId: string, settled: SettledChange[]): Promise<void> {
  await db.query(
    `update change set state = item.state, netbox_id = coalesce(item.netbox_id, change.netbox_id), error = item.error, done_at = now()
     from unnest($2::int[], $3::text[], $4::bigint[], $5::jsonb[]) as item (seq, state, netbox_id, error)
     where change.run_id = $1 and change.seq = item.seq`,
    [
      runId,
      settled.map(item => item.seq),
      settled.map(item => item.state),
      settled.map(item => item.netboxId),
      settled.map(item => (item.error ? JSON.stringify(item.error) : null)),
    ],
  );
}

export interface ChangeTally {
  kind: string;
  action: Change['action'];
  state: ChangeState;
  n: number;
}

export async function tallyChanges(db: Queryable, runId: string): Promise<ChangeTally[]> {
  const { rows } = await db.query<ChangeTally>(
    `select kind, action, state, count(*)::int as n from change where run_id = $1 group by kind, action, state`,
    [runId],
  );
  return rows;
}

/** The first refused objects, for what is told of a run while it is at work. */
export async function refusedExamples(
  db: Queryable,
  runId: string,
): Promise<{ seq: number; kind: string; label: string; text: string }[]> {
  const { rows } = await db.query<{ seq: number; kind: string; label: string; text: string }>(
    `select seq, kind, label, coalesce(error->>'text', '') as text from change where run_id = $1 and state = 'refused' order by seq limit 5`,
    [runId],
  );
  return rows;
}

/** Why a guest's VM could not be created, by guest. */
export async function failedGuests(db: Queryable, runId: string): Promise<Map<string, string>> {
  const { rows } = await db.query<{ key: string; text: string }>(
    `select key, coalesce(error->>'text', state) as text from change
     where run_id = $1 and kind = 'virtual-machine' and state <> 'done' and action = 'create'`,
    [runId],
  );
  return new Map(rows.map(row => [row.key, row.text]));
}
