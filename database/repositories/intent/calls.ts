import type { Queryable } from '../../queryable';

/**
 * - `planned`: nothing was sent;
 * - `sending`: it may have been sent;
 * - `task`: Proxmox works on it, under the id that is noted;
 * - `done`: a read shows what it wanted;
 * - `refused`: nothing was sent, or Proxmox compared and did nothing;
 * - `failed`: it was sent, and a read shows that not all of it is there;
 * - `unknown`: reading did not tell in time.
 */
export type CallState = 'planned' | 'sending' | 'task' | 'done' | 'refused' | 'failed' | 'unknown';

export interface StoredCall {
  changeId: string;
  seq: number;
  state: CallState;
  sentDigest: string | null;
  leftDigest: string | null;
  upid: string | null;
  reason: string | null;
  message: string | null;
  auditSeq: number | null;
  sends: number;
  sentAt: Date | null;
}

interface Row extends Omit<StoredCall, 'auditSeq'> {
  auditSeq: string | null;
}

const COLUMNS = `change_id as "changeId", seq, state, sent_digest as "sentDigest", left_digest as "leftDigest", upid, reason, message,
  audit_seq as "auditSeq", sends, sent_at as "sentAt"`;

export async function listCalls(db: Queryable, changeId: string): Promise<StoredCall[]> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from guest_call where change_id = $1 order by seq`, [changeId]);
  return rows.map(row => ({ ...row, auditSeq: row.auditSeq === null ? null : Number(row.auditSeq) }));
}

/** Right before it is sent. False when another attempt was here first, or has ended the change. */
export async function markSending(
  db: Queryable,
  { changeId, seq }: Pick<StoredCall, 'changeId' | 'seq'>,
  sent: { digest: string | null; auditSeq: number },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update guest_call set state = 'sending', sent_digest = $3, audit_seq = $4, sends = sends + 1, sent_at = now()
      where change_id = $1 and seq = $2 and state = 'planned'
        and exists (select from guest_change where id = $1 and state = 'running' for share)`,
    [changeId, seq, sent.digest, sent.auditSeq],
  );
  return rowCount === 1;
}

export interface CallMove {
  from: readonly CallState[];
  to: CallState;
  upid?: string | undefined;
  leftDigest?: string | null | undefined;
  reason?: string | undefined;
  message?: string | undefined;
}

/** False when the call is in none of the states that it may leave. */
export async function moveCall(
  db: Queryable,
  { changeId, seq }: Pick<StoredCall, 'changeId' | 'seq'>,
  { from, to, upid, leftDigest, reason, message }: CallMove,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update guest_call set state = $4, upid = coalesce($5, upid), left_digest = coalesce($6, left_digest), reason = coalesce($7, reason),
       message = coalesce($8, message), ended_at = case when $4 in ('planned', 'task') then null else now() end
     where change_id = $1 and seq = $2 and state = any($3)`,
    [changeId, seq, from, to, upid, leftDigest, reason, message],
  );
  return rowCount === 1;
}
