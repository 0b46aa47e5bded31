import { onFault } from '../../faults/support/on-fault';
import type { Lab } from './lab';
import type { SeededRandom } from './random';

/** One request of a sync: the `nth` one with this method and path that a server receives. */
export interface Arrival {
  server: 'netbox' | 'proxmox';
  method: string;
  path: string;
  nth: number;
}

/** When a worker is killed: as a request arrives, which then has its effect or not. */
export interface Moment extends Arrival {
  when: 'before' | 'after';
}

/** Parts of a sync, by what is under way. */
export type Part = 'observe' | 'bootstrap' | 'plan' | 'verify' | `POST ${string}` | `PATCH ${string}`;

/** Paths below `/api/` that only the bootstrap writes. */
const BOOTSTRAP =
  /^\/api\/(extras\/custom-fields|dcim\/(manufacturers|device-types|device-roles)|virtualization\/[a-z-]+-types)\/$/;

/** The requests of an undisturbed sync, by the part that they belong to. */
export function arrivalsByPart({ netbox, proxmox }: Pick<Lab, 'netbox' | 'proxmox'>): Map<Part, Arrival[]> {
  const parts = new Map<Part, Arrival[]>();
  const counted = counter();
  const put = (part: Part, arrival: Arrival): void => void parts.set(part, [...(parts.get(part) ?? []), arrival]);

  for (const { method, path } of proxmox.requests.list()) put('observe', counted('proxmox', method, path));
  const log = netbox.simulator.log.list();
  const applied = log.filter(({ method, path }) => method !== 'GET' && !BOOTSTRAP.test(path) && path !== '/api/extras/tags/');
  const first = applied[0]?.n ?? Infinity;
  const last = applied.at(-1)?.n ?? 0;
  for (const { n, method, path } of log) {
    const arrival = counted('netbox', method, path);
    if (method !== 'GET')
      put(BOOTSTRAP.test(path) ? 'bootstrap' : `${asWrite(method)} ${path.slice('/api/'.length, -1)}`, arrival);
    else if (n < first) put('plan', arrival);
    else if (n > last) put('verify', arrival);
  }
  return parts;
}

function asWrite(method: string): 'POST' | 'PATCH' {
  if (method === 'POST' || method === 'PATCH') return method;
  throw new Error(`a first sync sends no ${method}`);
}

function counter(): (server: Arrival['server'], method: string, path: string) => Arrival {
  const seen = new Map<string, number>();
  return (server, method, path) => {
    const key = `${server} ${method} ${path}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return { server, method, path, nth };
  };
}

/** A moment in one of the given parts, as chance will have it. */
export function drawMoment(parts: Map<Part, Arrival[]>, among: readonly Part[], random: SeededRandom): Moment {
  const arrivals = among.flatMap(part => parts.get(part) ?? []);
  if (arrivals.length === 0) throw new Error(`an undisturbed sync has no request in ${among.join(', ')}`);
  return { ...random.pick(arrivals), when: random.pick(['before', 'after'] as const) };
}

/** Calls `action` in the very moment. Its request gets no answer any more. */
export function atMoment(lab: Lab, { server, method, path, nth, when }: Moment, action: () => void): void {
  const match = { method, pathPattern: `^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(\\?|$)`, nth };
  const fault = { match, when, action: { kind: 'reset' } } as const;
  const { faults } = server === 'netbox' ? lab.netbox.simulator : lab.proxmox;
  faults.add(fault);
  onFault<never, unknown>(faults, action);
}
