import { createHash } from 'node:crypto';
import type { AuditChain } from '../../database/audit-chain';
import { auditDetail } from '../../domain/audit/detail';
import type { AuditActor, AuditEntry, AuditResult, AuditRow } from '../../domain/audit/record';
import { asJson, canonicalJson } from '../../domain/json';
import type { ApiLog } from '../dependencies';
import { Problem, TemporalUnavailableError } from '../errors';

/** What is about to be done. */
export interface Effect extends Pick<AuditEntry, 'action'> {
  /** With a null id for what does not exist yet. */
  object: { type: string; id: string | null };
  endpointId?: string;
  runId?: string;
  /** The object as it is: its digest is kept. */
  before?: object;
  /** What is asked for; secrets are left out of it. */
  detail?: object;
}

/** What came of it, beside that it was done. */
export interface Done extends Pick<Partial<Effect>, 'object' | 'endpointId' | 'runId' | 'detail'> {
  /** The object as it is now: its digest is kept. */
  after?: object;
}

/** Audits what one request does. */
export interface Auditor {
  /**
   * Does something that changes something, between two rows of the audit log: without the first one nothing is done; when the second one cannot be
   * written, the first stays open.
   */
  effect<T>(effect: Effect, work: () => Promise<T>, done?: (result: T) => Done): Promise<T>;
  /** Notes what happened; `actor` where it is another than who sent the request. */
  event(effect: Effect, result: AuditResult, actor?: AuditActor): Promise<void>;
}

export interface AuditorOptions {
  chain: AuditChain;
  log: ApiLog;
  requestId: string | null;
  /** Who sent the request; asked when something is audited, since it is not known before. */
  actor: () => AuditActor;
}

export function createAuditor({ chain, log, requestId, actor }: AuditorOptions): Auditor {
  const entryOf = ({ action, object, endpointId, runId, before, detail }: Effect, by = actor()): AuditEntry => ({
    action,
    actor: by,
    object,
    endpointId: endpointId ?? null,
    runId: runId ?? null,
    beforeDigest: before === undefined ? null : digestOf(before),
    afterDigest: null,
    reason: null,
    detail: auditDetail({ ...detail }),
    requestId,
  });

  const complete = async (intent: AuditRow, outcome: Parameters<AuditChain['complete']>[1]): Promise<void> => {
    await chain.complete(intent, outcome).catch((error: unknown) => {
      log.error(
        { requestId: requestId, auditRow: intent.seq, err: error },
        'what came of it could not be audited: its audit row stays open',
      );
    });
  };

  return {
    async effect(effect, work, done = () => ({})) {
      const intent = await chain.begin(entryOf(effect));
      let result;
      try {
        result = await work();
      } catch (error) {
        await complete(intent, failureOf(error));
        throw error;
      }
      const { after, detail, ...rest } = done(result);
      await complete(intent, {
        ...rest,
        result: 'succeeded',
        afterDigest: after === undefined ? null : digestOf(after),
        detail: auditDetail({ ...detail }),
      });
      return result;
    },
    async event(effect, result, by) {
      await chain.note(entryOf(effect, by), result);
    },
  };
}

function failureOf(error: unknown): { result: AuditResult; reason: string } {
  if (error instanceof Problem) return { result: 'refused', reason: `${error.code}: ${error.detail}` };
  const reason = error instanceof Error ? error.message : 'It failed.';
  return { result: error instanceof TemporalUnavailableError ? 'failed' : 'unknown', reason };
}

/** SHA-256 of canonical JSON, in hex. */
const digestOf = (value: object): string =>
  createHash('sha256')
    .update(canonicalJson(asJson(value)))
    .digest('hex');
