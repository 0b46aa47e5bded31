import type { AuditHead } from '../domain/audit/record';
import { appendAuditHead } from './audit-heads';
import type { Queryable } from './queryable';
import { readAuditEnd } from './repositories/audit';

export interface AuditHeadKeeperOptions {
  database: Queryable;
  stateDir: string;
  log: { info(fields: object, text: string): void; error(fields: object, text: string): void };
  /** Milliseconds from one time to the next. */
  every?: number;
}

export interface AuditHeadKeeper {
  /** Notes the head a last time. */
  stop(): Promise<void>;
}

const HOUR_MS = 60 * 60 * 1_000;

/** Notes where the audit log ends, in the log and in the state folder: every hour, and at the end of the process. */
export function keepAuditHeads({ database, stateDir, log, every = HOUR_MS }: AuditHeadKeeperOptions): AuditHeadKeeper {
  let noted = 0;
  let noting: Promise<void> = Promise.resolve();

  const note = async (): Promise<void> => {
    const { last, now } = await readAuditEnd(database);
    if (last === undefined || last.seq === noted) return;
    const head: AuditHead = { seq: last.seq, hash: last.hash, time: now };
    await appendAuditHead(stateDir, head);
    log.info({ auditHead: head }, 'audit head');
    noted = head.seq;
  };
  const noteNext = (): Promise<void> => {
    noting = noting
      .then(note)
      .catch((error: unknown) => log.error({ err: error }, 'the head of the audit log could not be noted'));
    return noting;
  };

  const timer = setInterval(() => void noteNext(), every);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      return noteNext();
    },
  };
}
