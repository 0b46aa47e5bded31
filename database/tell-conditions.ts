import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { type Condition, expiryConditions, staleConditions } from '../domain/notifications/conditions';
import { type NotificationEvent, wantedOf } from '../domain/notifications/events';
import { messageOf } from '../domain/notifications/message';
import { inTransaction, type Queryable } from './queryable';
import { insertDelivery } from './repositories/notifications/deliveries';
import { lockNews, readExpiring, readLastComplete, readTold, saveTold } from './repositories/notifications/news';
import { listTargets, type NotificationTarget } from './repositories/notifications/targets';

/**
 * Tells each target what began to hold without a run saying so: endpoints that are stale, tokens that expire. Each is told once for as long as it holds; what was
 * found at one look goes into one message.
 */
export async function tellConditions(pool: Pick<Pool, 'connect'>, now = new Date()): Promise<void> {
  await inTransaction(pool, async db => {
    await lockNews(db);
    for (const target of await listTargets(db)) if (target.enabled) await tell(db, target, now);
  });
}

async function tell(db: Queryable, target: NotificationTarget, now: Date): Promise<void> {
  const stale = staleConditions(await readLastComplete(db), target.staleAfterHours, now);
  const expiring = expiryConditions(await readExpiring(db, target.expiresWithinDays), now);
  const fresh = [
    ...(await untold(db, target, 'endpoint-stale', stale)),
    ...(await untold(db, target, 'credential-expiring', expiring)),
  ];
  if (fresh.length === 0) return;
  const id = randomUUID();
  await insertDelivery(db, {
    id,
    targetId: target.id,
    about: `conditions/${id}`,
    message: messageOf(fresh.map(({ item }) => item)),
  });
}

/** Notes all that the target wants to know; gives what it did not know. */
async function untold(
  db: Queryable,
  target: NotificationTarget,
  event: NotificationEvent,
  holding: readonly Condition[],
): Promise<Condition[]> {
  const wanted = holding.filter(({ item }) => wantedOf([item], target.subscriptions).length > 0);
  const told = await readTold(db, target.id, event);
  await saveTold(
    db,
    target.id,
    event,
    wanted.map(({ subject }) => subject),
  );
  return wanted.filter(({ subject }) => !told.has(subject));
}
