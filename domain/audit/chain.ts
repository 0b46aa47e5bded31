import { canonicalJson } from '../json';
import type { AuditRow } from './record';

/** What the first row follows. */
export const CHAIN_START = '0'.repeat(64);

/** HMAC-SHA256 under the audit key, in hex. */
export type Sign = (text: string) => string;

/** What a row's hash is made of: everything that the row says, and the hash of the row before. */
export function chainText({ seq, time, phase, intentSeq, result, keyId, previous, ...entry }: Omit<AuditRow, 'hash'>): string {
  const { action, actor, object, endpointId, runId, beforeDigest, afterDigest, reason, detail, requestId } = entry;
  return canonicalJson({
    format: 1,
    seq,
    time,
    phase,
    intentSeq,
    result,
    keyId,
    previous,
    action,
    actor: {
      kind: actor.kind,
      id: actor.id,
      name: actor.name,
      authenticatedBy: actor.authenticatedBy,
      label: actor.label,
    },
    object: object && { type: object.type, id: object.id },
    endpointId,
    runId,
    beforeDigest,
    afterDigest,
    reason,
    detail,
    requestId,
  });
}
