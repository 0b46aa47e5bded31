import type { Pool } from 'pg';
import { CHAIN_START, chainText } from '../domain/audit/chain';
import { auditText } from '../domain/audit/detail';
import type { AuditContent, AuditEntry, AuditResult, AuditRow } from '../domain/audit/record';
import type { JsonObject } from '../domain/json';
import { AuditIntentClosedError } from './audit-errors';
import type { AuditKey } from './audit-key';
import { inTransaction } from './queryable';
import { insertAudit, lockAuditChain, readAuditEnd } from './repositories/audit';

/** What became of an intent. What is absent stays as the intent says. */
export interface AuditOutcome extends Partial<Pick<AuditEntry, 'object' | 'endpointId' | 'runId' | 'afterDigest' | 'reason'>> {
  result: AuditResult;
  detail?: JsonObject;
}

/** Appends rows to the audit log, each signed together with the hash of the row before. */
export class AuditChain {
  constructor(
    private readonly pool: Pick<Pool, 'connect'>,
    private readonly key: AuditKey,
  ) {}

  /** Before an effect. It is in the database when this returns. */
  async begin(entry: AuditEntry): Promise<AuditRow> {
    return this.append({ ...entry, phase: 'intent', intentSeq: null, result: null });
  }

  /**
   * After the effect, also of an intent that another process left open.
   * @throws AuditIntentClosedError
   */
  async complete(intent: AuditRow, { result, ...outcome }: AuditOutcome): Promise<AuditRow> {
    const { seq: intentSeq, action, actor, object, endpointId, runId, beforeDigest, afterDigest, reason, requestId } = intent;
    const said = { action, actor, object, endpointId, runId, beforeDigest, afterDigest, reason, requestId, detail: {} };
    return this.append({ ...said, ...outcome, phase: 'outcome', intentSeq, result }).catch((error: unknown) => {
      if (hasOutcome(error)) throw new AuditIntentClosedError(intentSeq);
      throw error;
    });
  }

  /** What happened and has no effect of its own, such as a password that was wrong. */
  async note(entry: AuditEntry, result: AuditResult): Promise<AuditRow> {
    return this.append({ ...entry, phase: 'event', intentSeq: null, result });
  }

  private async append(content: Omit<AuditContent, 'seq' | 'time'>): Promise<AuditRow> {
    return inTransaction(this.pool, async db => {
      await lockAuditChain(db);
      const { last, now } = await readAuditEnd(db);
      const unsigned = {
        ...plain(content),
        seq: (last?.seq ?? 0) + 1,
        time: now,
        keyId: this.key.keyId,
        previous: last?.hash ?? CHAIN_START,
      };
      const row: AuditRow = { ...unsigned, hash: this.key.sign(chainText(unsigned)) };
      await insertAudit(db, row);
      return row;
    });
  }
}

/** Text as PostgreSQL gives it back: what is signed has to be what is read. */
function plain<T extends Omit<AuditContent, 'seq' | 'time'>>(content: T): T {
  const { actor, object } = content;
  const text = (value: string | null): string | null => (value === null ? null : auditText(value));
  const id = (value: string | null): string | null => (value === null ? null : value.toLowerCase());
  return {
    ...content,
    actor: {
      ...actor,
      id: id(actor.id),
      name: auditText(actor.name, 150),
      label: actor.label === null ? null : auditText(actor.label, 100),
    },
    object: object && { type: object.type, id: text(object.id) },
    endpointId: id(content.endpointId),
    runId: id(content.runId),
    reason: text(content.reason),
    requestId: text(content.requestId),
  };
}

const hasOutcome = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'audit_outcome_key';
