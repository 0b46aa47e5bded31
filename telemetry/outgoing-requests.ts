import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Histogram, type Registry } from 'prom-client';

/** Which service a request goes to; undefined for one that is not measured. */
export type ServiceOf = (request: { origin: string; path: string }) => string | undefined;

/**
 * Measures every request that this process sends to a known service, as undici publishes them: no client has to take part. A time-out, a lost connection
 * and a refused one have the status `none`.
 * @returns what ends the measuring.
 */
export function measureOutgoingRequests(register: Registry, serviceOf: ServiceOf): () => void {
  const seconds = new Histogram({
    name: 'proxbox_outgoing_request_seconds',
    help: 'Time until NetBox or Proxmox answered a request, in seconds, without the time that it waited for its turn.',
    labelNames: ['service', 'method', 'status'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    registers: [register],
  });
  const began = new WeakMap<object, number>();

  const start = (message: unknown): void => {
    const request = requestOf(message);
    if (request !== undefined) began.set(request, performance.now());
  };
  const end = (message: unknown): void => {
    const request = requestOf(message);
    const since = request && began.get(request);
    if (request === undefined || since === undefined) return;
    began.delete(request);
    const service = serviceOf({ origin: textOf(request, 'origin'), path: textOf(request, 'path') });
    if (service === undefined) return;
    const labels = { service, method: textOf(request, 'method'), status: statusOf(message) };
    seconds.observe(labels, (performance.now() - since) / 1000);
  };

  subscribe('undici:request:create', start);
  subscribe('undici:request:headers', end);
  subscribe('undici:request:error', end);
  return () => {
    unsubscribe('undici:request:create', start);
    unsubscribe('undici:request:headers', end);
    unsubscribe('undici:request:error', end);
  };
}

function requestOf(message: unknown): object | undefined {
  const request: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'request') : undefined;
  return typeof request === 'object' && request !== null ? request : undefined;
}

const textOf = (request: object, name: string): string => String(Reflect.get(request, name) ?? '');

function statusOf(message: unknown): string {
  const response: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'response') : undefined;
  const status: unknown = typeof response === 'object' && response !== null ? Reflect.get(response, 'statusCode') : undefined;
  return typeof status === 'number' ? String(status) : 'none';
}
