import type { NetBoxTap, TappedRequest } from './netbox-tap';
import type { Product } from './product';
import type { World } from './world';

/** What one piece of work took. */
export interface Measured {
  seconds: number;
  netboxRequests: number;
  netboxWrites: number;
  /** Objects in those writes. */
  objectsWritten: number;
  /** Seconds in which no request to NetBox was under way. */
  netboxIdleSeconds: number;
  /** Processor seconds of NetBox; NaN when it is not known how to learn them. */
  netboxCpuSeconds: number;
}

export interface MeasuredSync extends Measured {
  proxmoxRequests: number;
  /** Processor seconds of the worker; NaN where the system does not tell. */
  workerCpuSeconds: number;
  historyEvents: Record<string, number>;
  /** How it ended, in its own words. */
  outcome: string;
  timeline: string[];
}

export async function measured(tap: NetBoxTap, world: World, work: () => Promise<unknown>): Promise<Measured> {
  return (await observed(tap, world, work)).figures;
}

export async function measuredSync(tap: NetBoxTap, world: World, { worker, sync }: Product): Promise<MeasuredSync> {
  await world.takeProxmoxRequests();
  const cpuBefore = worker.cpuSeconds() ?? NaN;
  const { figures, requests, began, result } = await observed(tap, world, sync);
  const { seconds, run, historyEvents } = result;
  return {
    ...figures,
    // Without reading the run's result.
    seconds,
    proxmoxRequests: await world.takeProxmoxRequests(),
    workerCpuSeconds: (worker.cpuSeconds() ?? NaN) - cpuBefore,
    historyEvents,
    outcome: [run.state, run.reason, run.message].filter(Boolean).join(': '),
    timeline: requests.map(request => lineOf(request, began)),
  };
}

async function observed<T>(tap: NetBoxTap, world: World, work: () => Promise<T>) {
  tap.take();
  const cpuBefore = await world.netboxCpuSeconds();
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const requests = tap.take();
  const writes = requests.filter(({ method }) => method !== 'GET');
  const figures: Measured = {
    seconds,
    netboxRequests: requests.length,
    netboxWrites: writes.length,
    objectsWritten: writes.reduce((sum, { items }) => sum + items, 0),
    netboxIdleSeconds: seconds - busySeconds(requests, began),
    netboxCpuSeconds: (await world.netboxCpuSeconds()) - cpuBefore,
  };
  return { result, began, requests, figures };
}

/** Seconds in which at least one request was under way. The requests are in the order in which they began. */
function busySeconds(requests: TappedRequest[], began: number): number {
  let until = began;
  let busy = 0;
  for (const { startedAt, endedAt } of requests) {
    busy += Math.max(0, endedAt - Math.max(startedAt, until));
    until = Math.max(until, endedAt);
  }
  return busy / 1000;
}

function lineOf({ method, path, query, items, status, startedAt, endedAt, answerBytes }: TappedRequest, began: number): string {
  const at = ((startedAt - began) / 1000).toFixed(3).padStart(8);
  const took = (endedAt - startedAt).toFixed(0).padStart(6);
  const what = items > 0 ? `${items} objects` : query.slice(0, 60);
  return `${at} s ${took} ms ${method} ${path} ${status} ${what} (${answerBytes} bytes)`;
}
