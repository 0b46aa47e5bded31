import type { HealthView, MetaView } from '../../api/system/schema';
import { readHealth } from '../connection/health';
import type { ApiClient } from '../connection/client';
import { exitCodes } from '../exit-codes';
import { version } from '../version';
import type { Check } from './check';

const SKEW_WARNING_MS = 5_000;
/** A Date header has whole seconds. */
const DATE_PRECISION_MS = 1_000;

const ok = (name: string, detail: string): Check => ({ name, result: 'ok', detail });

/** The API and what it stands on. @throws UnreachableError when it does not answer: then nothing else can be asked. */
export async function checkInstallation(api: ApiClient): Promise<Check[]> {
  const asked = Date.now();
  const { body: health, date } = await readHealth(api);
  const took = Date.now() - asked;
  const { body: meta } = await api.get<MetaView>('/meta', { authenticated: false });
  return [
    ok('API', `${api.connection.url} answers in ${took} ms`),
    checkVersion(meta),
    checkClock(date, asked, took),
    checkPart(
      'database',
      health.database,
      `${meta.databaseEngine} PostgreSQL`,
      'Look at DATABASE_URL of the API, and at the PostgreSQL behind it.',
    ),
    checkPart(
      'Temporal',
      health.temporal,
      `namespace ${meta.temporal.namespace}`,
      'Look at TEMPORAL_ADDRESS of the API, and at the Temporal server.',
    ),
    ...checkWorkers(health),
  ];
}

function checkVersion(meta: MetaView): Check {
  if (meta.version === version) return ok('version', version);
  const detail = `the API is ${meta.version}, this command ${version}`;
  return { name: 'version', result: 'warning', detail, next: 'Use the command of the same release.' };
}

function checkClock(date: Date | undefined, asked: number, took: number): Check {
  if (date === undefined) return { name: 'clock', result: 'warning', detail: 'the API sent no Date header' };
  const skew = date.getTime() + DATE_PRECISION_MS / 2 - (asked + took / 2);
  const detail = `the API's clock is ${(Math.abs(skew) / 1000).toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead'}`;
  if (Math.abs(skew) - took / 2 < SKEW_WARNING_MS) return ok('clock', 'in step with the API');
  return { name: 'clock', result: 'warning', detail, next: 'Synchronise the clocks of both machines (NTP).' };
}

function checkPart(name: string, state: 'ok' | 'unreachable', detail: string, next: string): Check {
  if (state === 'ok') return ok(name, detail);
  return { name, result: 'failed', detail: 'the API cannot reach it', next, exitCode: exitCodes.unreachable };
}

function checkWorkers({ pollers }: HealthView): Check[] {
  return Object.entries(pollers).map(([queue, count]) => {
    const name = `worker ${queue}`;
    if (count === null) return { name, result: 'warning', detail: 'unknown while Temporal does not answer' };
    if (count > 0) return ok(name, `${count} polling`);
    return {
      name,
      result: 'failed',
      detail: 'nobody is polling: no run begins',
      next: 'Start the worker.',
      exitCode: exitCodes.unreachable,
    };
  });
}
