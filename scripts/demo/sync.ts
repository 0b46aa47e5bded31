import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, RunView } from './api-client';
import type { ProgressLine, Screen } from './screen';

const POLL_MS = 250;
const OPEN: readonly RunView['state'][] = ['pending', 'running'];

/** A finished full sync, with the run of each endpoint. */
export interface FinishedSync {
  run: RunView;
  endpoints: RunView[];
  seconds: number;
}

export interface SyncParts {
  api: ApiClient;
  screen: Screen;
  endpoints: readonly string[];
  /** Ends the waiting, not the sync. */
  stop: AbortSignal;
}

/** Starts a full sync and shows how far it is until it has ended, as anybody may who has a key. */
export async function synchronise(parts: SyncParts): Promise<FinishedSync> {
  return follow(parts, await parts.api.startSync(parts.endpoints));
}

/** Shows a run until it has ended. */
export async function follow({ api, screen, stop }: SyncParts, started: RunView): Promise<FinishedSync> {
  for (let run = started; ; run = await api.run(run.id)) {
    const endpoints = await Promise.all(run.children.map(child => api.run(child.id)));
    screen.progress(endpoints.map(progressOf));
    if (!OPEN.includes(run.state)) {
      screen.settle();
      return { run, endpoints, seconds: secondsOf(run) };
    }
    await sleep(POLL_MS, undefined, { signal: stop });
  }
}

function secondsOf({ createdAt, finishedAt }: RunView): number {
  return (Date.parse(finishedAt ?? createdAt) - Date.parse(createdAt)) / 1000;
}

function progressOf(run: RunView): ProgressLine {
  const { stage, detail } = stageOf(run);
  return { name: run.endpoint?.name ?? '', stage, detail };
}

function stageOf(run: RunView): Pick<ProgressLine, 'stage' | 'detail'> {
  const written = Number(run.counts['written'] ?? 0);
  if (run.state === 'completed') return { stage: 'completed', detail: `${written} objects written` };
  if (!OPEN.includes(run.state)) return { stage: run.state.replaceAll('_', ' '), detail: run.message ?? '' };
  switch (run.phase) {
    case 'observe':
      return { stage: 'reading Proxmox', detail: '' };
    case 'plan':
      return { stage: 'comparing with NetBox', detail: '' };
    case 'verify':
      return { stage: 'checking NetBox', detail: '' };
    case null:
      return { stage: 'waiting', detail: '' };
    default:
      return { stage: `writing ${run.phase.replace('apply ', '')}`, detail: bar(run) };
  }
}

const BAR_WIDTH = 24;

/** `██████░░░░░░ 412 of 690` */
function bar(run: RunView): string {
  const sum = (state?: string): number =>
    run.plan.totals.filter(row => state === undefined || row.state === state).reduce((total, { count }) => total + count, 0);
  const all = sum();
  const left = sum('planned') + sum('sending');
  const filled = all === 0 ? BAR_WIDTH : Math.round(((all - left) / all) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${all - left} of ${all}`;
}
