import type { RunReason, RunState } from '../run';
import type { NotificationItem } from './events';

/** How an endpoint's runs go. */
export type EndpointHealth = 'ok' | 'failing' | 'unreachable';

/** A run of one endpoint that ended. */
export interface EndedRun {
  runId: string;
  endpoint: { id: string; name: string };
  state: RunState;
  reason: RunReason | null;
  message: string | null;
  newConflicts: number;
  /** ISO 8601. */
  endedAt: string;
}

export interface RunNews {
  /** How the endpoint is from now on. */
  health: EndpointHealth;
  /** What is told of it: changes alone. */
  items: NotificationItem[];
}

const unreachableReasons: ReadonlySet<RunReason> = new Set(['proxmox-unreachable', 'proxmox-tls']);

/** What a run changed for those who are told of changes. A cancelled run, and one that waits for a person, says nothing about the endpoint. */
export function newsOf(run: EndedRun, before: EndpointHealth): RunNews {
  const health = healthAfter(run) ?? before;
  const item = (event: NotificationItem['event'], message: string): NotificationItem => ({
    event,
    endpoint: run.endpoint,
    runId: run.runId,
    message,
    at: run.endedAt,
  });
  const items: NotificationItem[] = [];
  if (health !== before) {
    const { name } = run.endpoint;
    const why = run.message ?? run.reason ?? 'the run says no more';
    if (health === 'unreachable') items.push(item('endpoint-unreachable', `${name} cannot be reached: ${why}`));
    if (health === 'failing') items.push(item('run-failed', `A run of ${name} ${words[run.state] ?? 'ended'}: ${why}`));
    if (health === 'ok') items.push(item('run-recovered', `Runs of ${name} succeed again.`));
  }
  if (run.newConflicts > 0) {
    const conflicts = run.newConflicts === 1 ? '1 new conflict' : `${run.newConflicts} new conflicts`;
    items.push(item('conflicts-new', `${run.endpoint.name} has ${conflicts}: addresses that another object of NetBox holds.`));
  }
  return { health, items };
}

const words: Partial<Record<RunState, string>> = { failed: 'failed', partial: 'is incomplete' };

function healthAfter({ state, reason }: EndedRun): EndpointHealth | undefined {
  if (state === 'completed') return 'ok';
  if (state !== 'failed' && state !== 'partial') return undefined;
  return reason !== null && unreachableReasons.has(reason) ? 'unreachable' : 'failing';
}
