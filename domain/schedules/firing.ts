import type { Rights } from '../people/rights';
import type { RunScope } from '../run';
import type { FiringResult, Schedule } from './schedule';

/** What is known at the moment when a schedule is due. */
export interface FiringFacts {
  schedule: Pick<Schedule, 'endpoints' | 'kinds' | 'dryRun'>;
  /** Undefined when the user is gone. */
  owner: { username: string; enabled: boolean } | undefined;
  /** What the owner may do now. */
  rights: Pick<Rights, 'holds'>;
  /** Every endpoint that there is. */
  endpoints: readonly { id: string; name: string }[];
  /** Full syncs that have not ended. */
  open: readonly { id: string; scope: RunScope }[];
}

export type FiringDecision =
  | { result: Extract<FiringResult, 'started'>; scope: RunScope; message: string | null }
  | { result: Exclude<FiringResult, 'started'>; message: string };

/** Whether a schedule that is due may run now. Its owner's rights count as they are at this moment. */
export function decideFiring({ schedule, owner, rights, endpoints, open }: FiringFacts): FiringDecision {
  if (owner === undefined) return refused('The user whom this schedule acts as was deleted. Give it another owner.');
  if (!owner.enabled) return refused(`The user ${owner.username}, whom this schedule acts as, is disabled.`);

  const left = schedule.endpoints?.filter(id => endpoints.some(endpoint => endpoint.id === id));
  if (left?.length === 0) return refused('Every endpoint of this schedule was deleted.');
  const denied = left === undefined ? !rights.holds('run_sync') : left.find(id => !rights.holds('run_sync', id)) !== undefined;
  if (denied) {
    const where = left === undefined ? 'on the whole installation' : 'on every endpoint of this schedule';
    return refused(`The user ${owner.username}, whom this schedule acts as, lacks the permission run_sync ${where}.`);
  }

  const scope: RunScope = {
    ...(schedule.dryRun && { dryRun: true }),
    ...(left && { endpoints: left }),
    ...(schedule.kinds && { kinds: [...schedule.kinds] }),
  };
  const running = open.find(run => covers(run.scope, scope));
  if (running !== undefined) return { result: 'skipped', message: `Already running: run ${running.id} covers this one.` };

  const gone = (schedule.endpoints?.length ?? 0) - (left?.length ?? 0);
  return { result: 'started', scope, message: gone === 0 ? null : `Without ${gone} of its endpoints, deleted since.` };
}

/** Whether what one run does makes another one needless. */
export function covers(running: RunScope, wanted: RunScope): boolean {
  if (running.relink === true) return false;
  if (running.dryRun === true && wanted.dryRun !== true) return false;
  return includes(running.endpoints, wanted.endpoints) && includes(running.kinds, wanted.kinds);
}

/** Undefined means everything. */
function includes(all: readonly string[] | undefined, some: readonly string[] | undefined): boolean {
  if (all === undefined) return true;
  return some !== undefined && some.every(item => all.includes(item));
}

const refused = (message: string): FiringDecision => ({ result: 'refused', message });
