import type { Queryable } from '../../queryable';

export type Verdict = 'approve' | 'reject' | 'cancel';

/** What a person decided, as the API proved who it was. Such rows are never changed. */
export interface Decision {
  id: string;
  requestId: string;
  round: number;
  verdict: Verdict;
  userId: string;
  name: string;
  authenticatedBy: string;
  /** Of what the person saw. */
  digest: string;
  reason: string | null;
  withoutBackup: boolean;
  /** What the setting said at that time. */
  selfApproveAllowed: boolean;
}

export interface DecisionByCode extends Decision {
  expired: boolean;
  /** Which attempt used the code; null: none did. */
  usedBy: string | null;
}

/** Rows of the history: also decisions whose code never came back. */
export interface ShownDecision extends Decision {
  decidedAt: Date;
  effectiveAt: Date | null;
}

const COLUMNS = `d.id, d.request_id as "requestId", d.round, d.verdict, d.user_id as "userId", d.name, d.authenticated_by as "authenticatedBy", d.digest,
  d.reason, d.without_backup as "withoutBackup", d.self_approve_allowed as "selfApproveAllowed"`;

/** How long a code is valid. */
export const CODE_MINUTES = 10;

/** Fails on the constraint `deletion_four_eyes` when the person may not decide so. @returns when the code expires. */
export async function insertDecision(db: Queryable, decision: Decision, codeHash: Buffer): Promise<Date> {
  const { id, requestId, round, verdict, userId, name, authenticatedBy, digest, reason, withoutBackup, selfApproveAllowed } =
    decision;
  await db.query(
    `insert into deletion_decision (id, request_id, round, verdict, user_id, name, authenticated_by, digest, reason, without_backup, self_approve_allowed)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, requestId, round, verdict, userId, name, authenticatedBy, digest, reason, withoutBackup, selfApproveAllowed],
  );
  const { rows } = await db.query<{ expires_at: Date }>(
    `insert into deletion_code (decision_id, hash, expires_at) values ($1, $2, now() + make_interval(mins => $3)) returning expires_at`,
    [id, codeHash, CODE_MINUTES],
  );
  return rows[0]?.expires_at ?? new Date();
}

/** The decision that a code stands for, of this request and with this verdict alone. Locked until the transaction ends. */
export async function decisionByCode(
  db: Queryable,
  requestId: string,
  verdict: Verdict,
  codeHash: Buffer,
): Promise<DecisionByCode | undefined> {
  const { rows } = await db.query<DecisionByCode>(
    `select ${COLUMNS}, c.expires_at <= now() as expired, c.used_by as "usedBy"
       from deletion_code c join deletion_decision d on d.id = c.decision_id
      where c.hash = $3 and d.request_id = $1 and d.verdict = $2 for update of c`,
    [requestId, verdict, codeHash],
  );
  return rows[0];
}

/** False when it was used before. */
export async function useCode(db: Queryable, decisionId: string, by: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update deletion_code set used_at = now(), used_by = $2 where decision_id = $1 and used_at is null`,
    [decisionId, by],
  );
  return rowCount === 1;
}

/** Approvals that took effect in a round. */
export async function listApprovals(db: Queryable, requestId: string, round: number): Promise<Decision[]> {
  const { rows } = await db.query<Decision>(
    `select ${COLUMNS} from deletion_decision d join deletion_code c on c.decision_id = d.id
      where d.request_id = $1 and d.round = $2 and d.verdict = 'approve' and c.used_at is not null order by c.used_at, d.id`,
    [requestId, round],
  );
  return rows;
}

export async function listDecisions(db: Queryable, requestId: string): Promise<ShownDecision[]> {
  const { rows } = await db.query<ShownDecision>(
    `select ${COLUMNS}, d.decided_at as "decidedAt", c.used_at as "effectiveAt"
       from deletion_decision d join deletion_code c on c.decision_id = d.id where d.request_id = $1 order by d.decided_at, d.id`,
    [requestId],
  );
  return rows;
}
