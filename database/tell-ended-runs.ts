import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { type NotificationItem, wantedOf } from '../domain/notifications/events';
import { messageOf } from '../domain/notifications/message';
import { newsOf } from '../domain/notifications/run-events';
import { inTransaction, type Queryable } from './queryable';
import { insertDelivery } from './repositories/notifications/deliveries';
import { type EndedRunRow, lockNews, readHealth, saveHealth, takeEndedRuns } from './repositories/notifications/news';
import { listTargets } from './repositories/notifications/targets';

/** Runs in one transaction. */
const BATCH = 200;

/**
 * Writes a message to each target about what ended runs changed for it: one for each run that somebody asked for, however many endpoints it had. All of it
 * is one transaction with taking the runs, so that nothing is lost or told twice.
 * @returns how many ends of runs were looked at.
 */
export async function tellEndedRuns(pool: Pick<Pool, 'connect'>): Promise<number> {
  let total = 0;
  for (;;) {
    const taken = await inTransaction(pool, tellBatch);
    total += taken;
    if (taken < BATCH) return total;
  }
}

async function tellBatch(db: Queryable): Promise<number> {
  await lockNews(db);
  const ended = await takeEndedRuns(db, BATCH);
  const news = await newsOfRuns(db, ended);
  const targets = (await listTargets(db)).filter(({ enabled }) => enabled);
  for (const [rootId, items] of news) {
    for (const target of targets) {
      const wanted = wantedOf(items, target.subscriptions);
      if (wanted.length === 0) continue;
      await insertDelivery(db, { id: randomUUID(), targetId: target.id, about: `run/${rootId}`, message: messageOf(wanted) });
    }
  }
  return ended.length;
}

/** What is told, by the run that somebody asked for. */
async function newsOfRuns(db: Queryable, ended: readonly EndedRunRow[]): Promise<Map<string, NotificationItem[]>> {
  const health = await readHealth(db);
  const news = new Map<string, NotificationItem[]>();
  for (const run of ended) {
    const { health: after, items } = newsOf(run, health.get(run.endpoint.id) ?? 'ok');
    health.set(run.endpoint.id, after);
    await saveHealth(db, run.endpoint.id, after, run.endedAt);
    if (items.length > 0) news.set(run.rootId, [...(news.get(run.rootId) ?? []), ...items]);
  }
  return news;
}
