import { randomUUID } from 'node:crypto';
import { type NotificationEvent, wantedOf } from '../domain/notifications/events';
import { messageOf } from '../domain/notifications/message';
import type { Queryable } from './queryable';
import { insertDelivery, insertPersonalDeliveries } from './repositories/notifications/deliveries';
import { listTargets } from './repositories/notifications/targets';

export interface DeletionNews {
  event: Extract<NotificationEvent, `deletion-${string}`>;
  /** Told once, however often it is said. */
  about: string;
  endpoint: { id: string; name: string };
  /** A sentence. */
  message: string;
  /** Ids of users who are told by mail, beside all who subscribed. */
  people?: readonly string[];
}

/** Writes a message to everybody who wants to know of deletion requests, and to whom it concerns. */
export async function tellDeletion(db: Queryable, { event, about, endpoint, message, people = [] }: DeletionNews): Promise<void> {
  const item = { event, endpoint, runId: null, message, at: new Date().toISOString() };
  for (const target of (await listTargets(db)).filter(({ enabled }) => enabled)) {
    if (wantedOf([item], target.subscriptions).length === 0) continue;
    await insertDelivery(db, { id: randomUUID(), targetId: target.id, about: `deletion/${about}`, message: messageOf([item]) });
  }
  await insertPersonalDeliveries(db, { people, about: `deletion/${about}`, message: messageOf([item]) });
}
