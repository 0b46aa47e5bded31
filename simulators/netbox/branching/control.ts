import type { Handler } from '../control/routes';
import type { JsonObject } from '../json';
import type { Simulator } from '../simulator';
import type { Branching } from './branching';
import type { BranchingHook, Operation } from './hooks';

const OPERATIONS: readonly Operation[] = ['provision', 'sync', 'merge', 'revert'];

/** What `/__sim/branching/` does: orders troubles of branches, and tells which webhooks were called. */
export const branchingRoutes: Readonly<Record<string, Handler>> = {
  'POST branching/hooks': (simulator, body) => {
    installed(simulator).hooks.add(readHook(body));
    return { done: true };
  },
  'DELETE branching/hooks': simulator => {
    installed(simulator).hooks.clear();
    return { done: true };
  },
  'GET branching/deliveries': simulator => installed(simulator).webhooks.deliveries.map(delivery => ({ ...delivery })),
};

function installed({ branching }: Simulator): Branching {
  if (!branching) throw new Error('This simulator was started without branching');
  return branching;
}

function readHook(body: JsonObject): BranchingHook {
  const { kind, event, operation, ms, error, count } = body;
  const times = typeof count === 'number' ? { count } : {};
  const only = OPERATIONS.find(known => known === operation);
  if (operation !== undefined && only === undefined) throw new Error(`"operation" must be one of ${OPERATIONS.join(', ')}`);
  const which = only === undefined ? {} : { operation: only };
  if (kind === 'lose-webhook') return { kind, ...times, ...(typeof event === 'string' && { event }) };
  if (kind === 'delay-job' && typeof ms === 'number') return { kind, ms, ...which, ...times };
  if (kind === 'fail-job' && typeof error === 'string') return { kind, error, ...which, ...times };
  throw new Error('"kind" must be lose-webhook, delay-job with "ms", or fail-job with "error"');
}
