/** The outbox: what happened becomes messages, and messages are sent. */
import { redactText } from '../../domain/redaction';
import { pauseAfter } from '../../domain/notifications/attempts';
import type { DueDelivery } from '../../database/repositories/notifications/deliveries';
import { withHeartbeat } from '../heartbeat';

export interface NotificationDeps {
  /** Writes messages about runs that ended. */
  tellEndedRuns(): Promise<number>;
  /** Writes messages about what began to hold. */
  tellConditions(): Promise<void>;
  /** Asks NetBox and Proxmox when our tokens expire; what cannot be asked stays as it was. */
  readExpiries(): Promise<void>;
  outbox: {
    /** The next message that is due; nobody else has it for so many seconds. */
    take(leaseSeconds: number): Promise<DueDelivery | undefined>;
    sent(id: string): Promise<void>;
    /** @param pauseSeconds undefined gives it up. */
    failed(id: string, error: string, pauseSeconds: number | undefined): Promise<void>;
  };
  /** Sends it once; a repetition has the same id. Rejects when it was not taken. */
  send(delivery: DueDelivery): Promise<void>;
}

export interface OutboxSummary {
  sent: number;
  failed: number;
}

/** Longer than one attempt takes. */
const LEASE_SECONDS = 120;
/** Messages at once: one receiver that does not answer holds up no other for long. */
const AT_ONCE = 4;

export function createNotificationActivities(deps: NotificationDeps) {
  return {
    writeMessages: (): Promise<void> =>
      withHeartbeat(async () => {
        await deps.tellEndedRuns();
        await deps.tellConditions();
      }),

    readExpiries: (): Promise<void> => withHeartbeat(() => deps.readExpiries()),

    sendMessages: (): Promise<OutboxSummary> =>
      withHeartbeat(async progress => {
        const summary = { sent: 0, failed: 0 };
        await Promise.all(Array.from({ length: AT_ONCE }, () => sendAll(deps, summary, progress)));
        return summary;
      }),
  };
}

export type NotificationActivities = ReturnType<typeof createNotificationActivities>;

async function sendAll(
  deps: NotificationDeps,
  summary: OutboxSummary,
  progress: (summary: OutboxSummary) => void,
): Promise<void> {
  for (;;) {
    const delivery = await deps.outbox.take(LEASE_SECONDS);
    if (delivery === undefined) return;
    try {
      await deps.send(delivery);
      await deps.outbox.sent(delivery.id);
      summary.sent += 1;
    } catch (error) {
      await deps.outbox.failed(delivery.id, wordsOf(error), pauseAfter(delivery.attempts));
      summary.failed += 1;
    }
    progress(summary);
  }
}

const LONGEST_ERROR = 500;

const wordsOf = (error: unknown): string =>
  redactText(error instanceof Error ? error.message : String(error)).slice(0, LONGEST_ERROR);
