import type { AuditHead, AuditRow } from '../domain/audit/record';
import { type AuditFault, ChainVerifier } from '../domain/audit/verifier';
import { auditHeadsFile, readAuditHeads } from './audit-heads';
import type { AuditKey } from './audit-key';
import type { Queryable } from './queryable';
import { readAuditAfter } from './repositories/audit';

export interface AuditReport {
  /** Rows that are in their place; all of them when there is no fault. */
  rows: number;
  /** The last of those rows. */
  head: Pick<AuditHead, 'seq' | 'hash'> | null;
  /** Heads outside of the database that were compared; with none, rows that were cut off the end are not seen. */
  heads: number;
  /** What is not as it was written: the first row that is not, else the noted heads. */
  fault: AuditFault | null;
}

const PAGE = 1_000;

/**
 * Reads the audit log from its first row to its last, page by page, and compares it with the heads that were noted in the state folder. Rows that
 * are appended meanwhile are read, too.
 */
export async function verifyAuditChain(db: Queryable, key: AuditKey, stateDir: string): Promise<AuditReport> {
  const { heads, spoiledLine } = await readAuditHeads(stateDir);
  const verifier = new ChainVerifier(text => key.sign(text), key.keyId, heads);
  let rows = 0;
  let head: AuditReport['head'] = null;
  const report = (fault: AuditFault | null): AuditReport => ({ rows, head, heads: heads.length, fault });

  for await (const row of auditRows(db)) {
    const fault = verifier.next(row);
    if (fault !== undefined) return report(fault);
    rows++;
    head = { seq: row.seq, hash: row.hash };
  }
  return report(verifier.end() ?? (spoiledLine === undefined ? null : headsFault(stateDir, spoiledLine)));
}

const headsFault = (stateDir: string, line: number): AuditFault => ({
  seq: null,
  kind: 'heads-altered',
  message: `Line ${line} of ${auditHeadsFile(stateDir)} is not as it was written: rows that were cut off the end may be missed no more. Restore the file from a backup.`,
});

async function* auditRows(db: Queryable): AsyncGenerator<AuditRow> {
  // Not from 1: a number that no row can have is a fault, and has to be read.
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const page = await readAuditAfter(db, after, PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}
