import type { Registry } from 'prom-client';
import type { Config } from '../config/config';
import { createRegistry, metricsAnswer } from './metrics';
import { type ReadinessCheck, readinessOf } from './readiness';
import { jsonAnswer, type SideServer, startSideServer } from './side-server';

/** A registry where somebody may ask for it. */
export const registryFor = ({ port }: Config['metrics']): Registry | undefined =>
  port === undefined ? undefined : createRegistry();

export interface SideOptions {
  register: Registry | undefined;
  /** Metrics in the same format from elsewhere in this process. */
  others?: readonly (() => Promise<string>)[];
  checks: readonly ReadinessCheck[];
}

/** Shows a process's metrics and health, where the configuration says; undefined without a port or a registry. Throws Node's error when the port is taken. */
export async function openSide(
  { host, port }: Config['metrics'],
  { register, others = [], checks }: SideOptions,
): Promise<SideServer | undefined> {
  if (port === undefined || register === undefined) return undefined;
  return startSideServer({
    host,
    port,
    routes: {
      '/metrics': () => metricsAnswer(register, others),
      '/health/live': async () => jsonAnswer(200, { status: 'live' }),
      '/health/ready': async () => {
        const ready = await readinessOf(checks);
        return jsonAnswer(ready.status === 'ready' ? 200 : 503, ready);
      },
    },
  });
}
