import { setTimeout as sleep } from 'node:timers/promises';
import { taskQueues } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';
import type { HealthView } from './schema';

/** Longer than this counts as unreachable: whoever asks for health has a timeout, too. */
const ANSWER_MS = 3_000;

/** Asks everything that the API stands on, at once. Says what is down, not why: this answer needs no key. */
export async function checkHealth({ database, temporal }: Pick<ApiDependencies, 'database' | 'temporal'>): Promise<HealthView> {
  const queues = Object.values(taskQueues);
  const [databaseAnswer, ...counts] = await Promise.all([
    answerOf(database.query('select 1')),
    ...queues.map(queue => answerOf(temporal.pollers(queue))),
  ]);
  const databaseUp = databaseAnswer !== undefined;
  const temporalUp = counts.every(count => count !== undefined);
  const worked = counts.every(count => count !== undefined && count > 0);
  return {
    status: databaseUp && temporalUp ? (worked ? 'ok' : 'degraded') : 'unavailable',
    process: 'ok',
    database: databaseUp ? 'ok' : 'unreachable',
    temporal: temporalUp ? 'ok' : 'unreachable',
    pollers: Object.fromEntries(queues.map((queue, index) => [queue, counts[index] ?? null])),
  };
}

/** The answer, or undefined when there is none in time. */
async function answerOf<T>(work: Promise<T>): Promise<T | undefined> {
  const answered = new AbortController();
  const timeout = sleep(ANSWER_MS, undefined, { signal: answered.signal }).catch(() => undefined);
  try {
    return await Promise.race([work.catch(() => undefined), timeout]);
  } finally {
    answered.abort();
  }
}
