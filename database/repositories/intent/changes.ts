import type { PlanVerdict } from '../../../domain/intent/checks/register';
import type { GuestChange, IntentOp } from '../../../domain/intent/changes/guest-change';
import type { GuestOutcome } from '../../../domain/intent/outcome';
import type { GuestPlan } from '../../../domain/intent/plan/guest-plan';
import type { GuestKind } from '../../../domain/proxmox/guest-config';
import type { Queryable } from '../../queryable';

export type ChangeState = 'planned' | 'queued' | 'running' | GuestOutcome;

/** What became of the wanted values, by their keys in the guest's configuration. */
export interface ChangeResult {
  there?: readonly string[];
  /** Stored, and in effect at the next start. */
  pending?: readonly string[];
  missing?: readonly string[];
  /** Of a delete: the request that somebody else decides about. */
  deletionRequest?: string;
}

/** What is to be done to one guest, and what came of it. */
export interface StoredGuestChange {
  id: string;
  planId: string;
  /** Null while nobody applies the plan. */
  runId: string | null;
  seq: number;
  endpointId: string | null;
  kind: GuestKind;
  vmid: number | null;
  name: string;
  netboxId: number | null;
  op: IntentOp;
  change: GuestChange;
  /** Null where it could not be planned. */
  plan: GuestPlan | null;
  /** Digest of the configuration of the template that a birth is cloned from. */
  templateDigest: string | null;
  verdict: 'permitted' | 'warning' | 'blocked';
  checks: PlanVerdict[];
  state: ChangeState;
  reason: string | null;
  message: string | null;
  result: ChangeResult;
  startedAt: Date | null;
  finishedAt: Date | null;
}

export type NewGuestChange = Pick<
  StoredGuestChange,
  | 'id'
  | 'seq'
  | 'endpointId'
  | 'kind'
  | 'vmid'
  | 'name'
  | 'netboxId'
  | 'op'
  | 'change'
  | 'plan'
  | 'templateDigest'
  | 'verdict'
  | 'checks'
>;

interface Row extends Omit<StoredGuestChange, 'netboxId'> {
  netboxId: string | null;
}

const SELECT = `select c.id, c.plan_id as "planId", p.run_id as "runId", c.seq, c.endpoint_id as "endpointId", c.kind, c.vmid, c.name,
    c.netbox_id as "netboxId", c.op, c.change, c.plan, c.template_digest as "templateDigest", c.verdict, c.checks, c.state, c.reason, c.message, c.result,
    c.started_at as "startedAt", c.finished_at as "finishedAt"
  from guest_change c join intent_plan p on p.id = c.plan_id`;

const toChange = (row: Row): StoredGuestChange => ({ ...row, netboxId: row.netboxId === null ? null : Number(row.netboxId) });

export async function insertGuestChange(db: Queryable, planId: string, change: NewGuestChange): Promise<void> {
  await db.query(
    `insert into guest_change (id, plan_id, seq, endpoint_id, kind, vmid, name, netbox_id, op, change, plan, template_digest, verdict,
       checks)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      ...[change.id, planId, change.seq, change.endpointId, change.kind, change.vmid, change.name, change.netboxId, change.op],
      ...[
        JSON.stringify(change.change),
        change.plan && JSON.stringify(change.plan),
        change.templateDigest,
        change.verdict,
        JSON.stringify(change.checks),
      ],
    ],
  );
  for (const [seq] of (change.plan?.calls ?? []).entries()) {
    await db.query('insert into guest_call (change_id, seq) values ($1, $2)', [change.id, seq]);
  }
}

/** Before a plan is made anew by another attempt. */
export async function forgetGuestChanges(db: Queryable, planId: string): Promise<void> {
  await db.query('delete from guest_change where plan_id = $1', [planId]);
}

export async function findGuestChange(db: Queryable, id: string): Promise<StoredGuestChange | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} where c.id = $1`, [id]);
  return rows.map(toChange)[0];
}

/** Another birth for the same virtual machine that is under way, or ended with a guest after this one was planned. */
export async function findOtherBirth(db: Queryable, id: string): Promise<StoredGuestChange | undefined> {
  const { rows } = await db.query<Row>(
    `${SELECT} join guest_change own on own.id = $1 join intent_plan own_plan on own_plan.id = own.plan_id
      where c.id <> own.id and c.op = 'create' and c.endpoint_id = own.endpoint_id and c.netbox_id = own.netbox_id
        and (c.state = 'running' or (c.state in ('applied', 'partly_applied', 'unknown_outcome') and c.finished_at > own_plan.planned_at))
      order by c.finished_at desc limit 1`,
    [id],
  );
  return rows.map(toChange)[0];
}

/** In the order in which they are applied. */
export async function listGuestChanges(
  db: Queryable,
  planId: string,
  { after = -1, limit = 10_000 }: { after?: number | undefined; limit?: number } = {},
): Promise<StoredGuestChange[]> {
  const { rows } = await db.query<Row>(`${SELECT} where c.plan_id = $1 and c.seq > $2 order by c.seq limit $3`, [
    planId,
    after,
    limit,
  ]);
  return rows.map(toChange);
}

/** The next ones whose turn has not come. */
export async function nextGuestChanges(db: Queryable, planId: string, limit: number): Promise<StoredGuestChange[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} where c.plan_id = $1 and c.state in ('queued', 'running') order by c.seq limit $2`,
    [planId, limit],
  );
  return rows.map(toChange);
}

export async function countGuestChanges(db: Queryable, planId: string): Promise<Partial<Record<ChangeState, number>>> {
  const { rows } = await db.query<{ state: ChangeState; n: number }>(
    'select state, count(*)::int as n from guest_change where plan_id = $1 group by state',
    [planId],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

export interface ChangeMove {
  from: readonly ChangeState[];
  to: ChangeState;
  reason?: string | undefined;
  message?: string | undefined;
  result?: ChangeResult | undefined;
}

const open = new Set<ChangeState>(['planned', 'queued', 'running']);

/**
 * Changes the state of a change that is in one of the given ones. False when it is in another by now. Unique violation of `guest_change_running` when
 * another change of the guest is under way.
 */
export async function moveGuestChange(
  db: Queryable,
  id: string,
  { from, to, reason, message, result }: ChangeMove,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update guest_change set state = $3, reason = coalesce($4, reason), message = coalesce($5, message), result = coalesce($6, result),
       started_at = case when $3 = 'running' then coalesce(started_at, now()) else started_at end,
       finished_at = case when $7 then now() else finished_at end
     where id = $1 and state = any($2)`,
    [id, from, to, reason, message, result && JSON.stringify(result), !open.has(to)],
  );
  return rowCount === 1;
}

/** Everything of a plan that is in a state goes to another one. */
export async function moveGuestChanges(
  db: Queryable,
  planId: string,
  move: ChangeMove & { verdict?: string[] },
): Promise<number> {
  const { rowCount } = await db.query(
    `update guest_change set state = $3, reason = coalesce($4, reason), message = coalesce($5, message),
       finished_at = case when $6 then now() else finished_at end
     where plan_id = $1 and state = any($2) and ($7::text[] is null or verdict = any($7))`,
    [planId, move.from, move.to, move.reason, move.message, !open.has(move.to), move.verdict],
  );
  return rowCount ?? 0;
}

export async function noteStamped(db: Queryable, id: string): Promise<void> {
  await db.query('update guest_change set stamped_at = now() where id = $1', [id]);
}

/** Refused changes of which NetBox was not told. */
export async function listUntoldRefusals(db: Queryable, planId: string): Promise<{ id: string; reason: string | null }[]> {
  const { rows } = await db.query<{ id: string; reason: string | null }>(
    `select id, reason from guest_change
      where plan_id = $1 and state = 'refused' and stamped_at is null and netbox_id is not null order by seq`,
    [planId],
  );
  return rows;
}
