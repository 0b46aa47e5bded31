import type { Blocked } from '../../../domain/deletion/blockers/blocker';
import type { MadeBackup } from '../../../domain/deletion/backup';
import type { DecidedAbout } from '../../../domain/deletion/digest';
import type { Hold } from '../../../domain/deletion/hold';
import type { DeletionState, OpenState } from '../../../domain/deletion/states';
import type { OptIn } from '../../../domain/intent/gate';
import type { JsonObject } from '../../../domain/json';
import type { GuestKind } from '../../../domain/proxmox/guest-config';
import type { Queryable } from '../../queryable';
import { selectDeletions } from './rows';

export interface NewDeletion {
  id: string;
  endpointId: string;
  endpointName: string;
  kind: GuestKind;
  vmid: number;
  /** As it is known when it is asked for. */
  name: string | null;
  netboxId: number | null;
  source: 'branch' | 'request';
  changeId: string | null;
  optIn: OptIn;
  reason: string;
  state: OpenState;
  deadline: Date;
}

export interface Deletion extends Omit<NewDeletion, 'state'> {
  node: string | null;
  state: DeletionState;
  reasons: readonly Blocked[];
  endedBy: string | null;
  about: DecidedAbout | null;
  snapshot: JsonObject | null;
  digest: string | null;
  round: number;
  approvedAt: Date | null;
  sentAt: Date | null;
  upid: string | null;
  sendRefusal: string | null;
  auditSeq: number | null;
  receipt: JsonObject | null;
  /** What keeps it from being destroyed for a while; null while we do not hold it. */
  hold: Hold | null;
  backup: MadeBackup | null;
  reminded: readonly string[];
  openedAt: Date;
  endedAt: Date | null;
  closedAt: Date | null;
  /** Since when our tag, and what a hold changed, stays on the guest although the request has ended. */
  leftSince: Date | null;
  version: number;
}

/** False when the guest has a request that is open, or is being cleaned up after. */
export async function insertDeletion(db: Queryable, request: NewDeletion): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into deletion_request (id, endpoint_id, endpoint_name, kind, vmid, name, netbox_id, source, change_id, opt_in, reason, state, deadline)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing`,
    [
      request.id,
      request.endpointId,
      request.endpointName,
      request.kind,
      request.vmid,
      request.name,
      request.netboxId,
      request.source,
      request.changeId,
      JSON.stringify(request.optIn),
      request.reason,
      request.state,
      request.deadline,
    ],
  );
  return rowCount === 1;
}

export async function findDeletion(db: Queryable, id: string): Promise<Deletion | undefined> {
  return (await selectDeletions(db, 'where id = $1', [id]))[0];
}

/** The request, which nobody else changes until the transaction ends. */
export async function lockDeletion(db: Queryable, id: string): Promise<Deletion | undefined> {
  return (await selectDeletions(db, 'where id = $1 for update', [id]))[0];
}

/** The one that a guest has, until everything was cleaned up after it. */
export async function findDeletionOfGuest(db: Queryable, endpointId: string, vmid: number): Promise<Deletion | undefined> {
  return (await selectDeletions(db, 'where endpoint_id = $1 and vmid = $2 and closed_at is null', [endpointId, vmid]))[0];
}

/** Those that are not cleaned up after yet, oldest first. */
export const listUnclosedDeletions = (db: Queryable): Promise<Deletion[]> =>
  selectDeletions(db, 'where closed_at is null order by opened_at, id', []);

export interface DeletionFilter {
  open?: boolean | undefined;
  /** Whether something of ours stays on the guest. */
  left?: boolean | undefined;
  endpoints: 'all' | readonly string[];
  endpointId?: string | undefined;
  vmid?: number | undefined;
  limit: number;
  offset: number;
}

/** Open ones by their deadline, then those that have ended, newest first. */
export async function listDeletions(db: Queryable, filter: DeletionFilter): Promise<Deletion[]> {
  const { open, left, endpoints, endpointId, vmid, limit, offset } = filter;
  return selectDeletions(
    db,
    `where ($1::boolean is null or (ended_at is null) = $1) and ($2::uuid[] is null or endpoint_id = any($2))
        and ($3::uuid is null or endpoint_id = $3) and ($4::int is null or vmid = $4)
        and ($7::boolean is null or (left_since is not null) = $7)
      order by ended_at is not null, case when ended_at is null then deadline end, opened_at desc, id limit $5 offset $6`,
    [open ?? null, endpoints === 'all' ? null : endpoints, endpointId ?? null, vmid ?? null, limit, offset, left ?? null],
  );
}

export interface DeletionMove {
  from: DeletionState;
  to: DeletionState;
  reasons?: readonly Blocked[];
  by?: string;
  /** Only while the request's deadline is not over at this time, milliseconds since 1970. */
  before?: number;
  /** When it happens, milliseconds since 1970. */
  at?: number;
}

const finals = `('destroyed', 'rejected', 'cancelled', 'expired', 'void', 'failed', 'outcome_unknown')`;

/** One conditional update: of two that come together the first wins. False when the request is in another state by now. */
export async function moveDeletion(
  db: Queryable,
  id: string,
  { from, to, reasons = [], by, before, at }: DeletionMove,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update deletion_request set state = $3, reasons = $4, ended_by = coalesce($5, ended_by),
       version = version + case when state = $3 and reasons = $4::jsonb then 0 else 1 end,
       round = round + case when $3 = 'pending' and state in ('approved', 'held', 'blocked') then 1 else 0 end,
       approved_at = case when $3 = 'approved' then coalesce($7::timestamptz, now()) when $3 = 'pending' then null else approved_at end,
       ended_at = case when $3 in ${finals} then now() end
     where id = $1 and state = $2 and ($6::timestamptz is null or deadline > $6)`,
    [
      id,
      from,
      to,
      JSON.stringify(reasons),
      by,
      before === undefined ? null : new Date(before),
      at === undefined ? null : new Date(at),
    ],
  );
  return rowCount === 1;
}

/** What was found when the request was opened. Once: a repeated attempt finds it done. */
export async function savePrepared(
  db: Queryable,
  id: string,
  found: { name: string; node: string; netboxId: number | null; about: DecidedAbout; snapshot: JsonObject; digest: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update deletion_request set name = $2, node = $3, netbox_id = coalesce($4, netbox_id), about = $5, snapshot = $6, digest = $7,
       version = version + 1 where id = $1 and digest is null and ended_at is null`,
    [id, found.name, found.node, found.netboxId, JSON.stringify(found.about), JSON.stringify(found.snapshot), found.digest],
  );
  return rowCount === 1;
}

/**
 * The permit to send, once for each request, and the step to `executing` in the same update. Only for the digest and the round that were rechecked,
 * and before the deadline.
 */
export async function permitSend(
  db: Queryable,
  id: string,
  checked: { from: DeletionState; digest: string; round: number; now: number; auditSeq: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update deletion_request set state = 'executing', reasons = '[]', sent_at = now(), audit_seq = $6, version = version + 1
      where id = $1 and state = $2 and sent_at is null and digest = $3 and round = $4 and deadline > $5`,
    [id, checked.from, checked.digest, checked.round, new Date(checked.now), checked.auditSeq],
  );
  return rowCount === 1;
}

export async function noteDestroyTask(db: Queryable, id: string, upid: string): Promise<void> {
  await db.query(`update deletion_request set upid = $2 where id = $1 and upid is null`, [id, upid]);
}

export async function noteSendRefusal(db: Queryable, id: string, message: string): Promise<void> {
  await db.query(`update deletion_request set send_refusal = $2 where id = $1 and upid is null`, [id, message]);
}

/** Guests of an endpoint for which a destroy was sent in the last 24 hours and that may be gone. */
export async function countDestroyedToday(db: Queryable, endpointId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from deletion_request
      where endpoint_id = $1 and sent_at > now() - interval '24 hours' and state <> 'failed'`,
    [endpointId],
  );
  return rows[0]?.n ?? 0;
}

/** How many codes that are none were tried, this one included. */
export async function countUnknownCode(db: Queryable, id: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `update deletion_request set unknown_codes = unknown_codes + 1 where id = $1 returning unknown_codes as n`,
    [id],
  );
  return rows[0]?.n ?? 0;
}

/** False when they were reminded before. */
export async function noteReminded(db: Queryable, id: string, who: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update deletion_request set reminded = array_append(reminded, $2) where id = $1 and not ($2 = any(reminded)) and ended_at is null`,
    [id, who],
  );
  return rowCount === 1;
}

/** Before a hold is put on the guest, and when it is on. False when the request is in another state, or round, by now. */
export async function noteHold(db: Queryable, id: string, from: DeletionState, hold: Hold): Promise<boolean> {
  const { rowCount } = await db.query(`update deletion_request set hold = $4 where id = $1 and state = $2 and round = $3`, [
    id,
    from,
    hold.round,
    JSON.stringify(hold),
  ]);
  return rowCount === 1;
}

/** When the guest is as it was before. */
export async function endHold(db: Queryable, id: string): Promise<void> {
  await db.query(`update deletion_request set hold = null where id = $1`, [id]);
}

export async function noteBackup(db: Queryable, id: string, backup: MadeBackup): Promise<void> {
  await db.query(`update deletion_request set backup = $2 where id = $1`, [id, JSON.stringify(backup)]);
}

export async function saveReceipt(db: Queryable, id: string, receipt: JsonObject): Promise<void> {
  await db.query(`update deletion_request set receipt = $2 where id = $1`, [id, JSON.stringify(receipt)]);
}

/** Everything was cleaned up. */
export async function closeDeletion(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update deletion_request set closed_at = now(), version = version + 1 where id = $1 and ended_at is not null and closed_at is null`,
    [id],
  );
}
