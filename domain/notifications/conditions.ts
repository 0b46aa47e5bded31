import type { NotificationItem } from './events';

/** An enabled endpoint and the end of its last complete run; when there was none, its own beginning. */
export interface LastComplete {
  id: string;
  name: string;
  since: Date;
}

/** A token that will not be valid for ever. */
export interface ExpiringCredential {
  /** What it is told by: the same for as long as it expires at the same time. */
  subject: string;
  label: string;
  endpoint: { id: string; name: string } | null;
  expiresAt: Date;
}

/** What holds now, and is told once. */
export interface Condition {
  subject: string;
  item: NotificationItem;
}

const HOUR_MS = 60 * 60 * 1_000;

/** Endpoints without a complete run for so many hours. */
export const staleConditions = (endpoints: readonly LastComplete[], hours: number, now: Date): Condition[] =>
  endpoints
    .filter(({ since }) => now.getTime() - since.getTime() > hours * HOUR_MS)
    .map(({ id, name, since }) => ({
      subject: id,
      item: {
        event: 'endpoint-stale',
        endpoint: { id, name },
        runId: null,
        message: `${name} had no complete run since ${since.toISOString()}, for more than ${hours} hours.`,
        at: now.toISOString(),
      },
    }));

export const expiryConditions = (credentials: readonly ExpiringCredential[], now: Date): Condition[] =>
  credentials.map(({ subject, label, endpoint, expiresAt }) => ({
    subject,
    item: {
      event: 'credential-expiring',
      endpoint,
      runId: null,
      message: `${label} ${expiresAt <= now ? 'expired' : 'expires'} at ${expiresAt.toISOString()}.`,
      at: now.toISOString(),
    },
  }));
