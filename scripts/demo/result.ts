import { supportObjects, writtenByKind } from './tables';
import type { RunView } from './api-client';
import type { FinishedSync } from './sync';

/** One sync in the result of `--once`. */
export interface SyncResult {
  run: string;
  state: string;
  reason: string | null;
  seconds: number;
  guests: number;
  /** Objects that the run wrote to NetBox, supporting objects among them. */
  writes: number;
  /** Requests that change something, counted by the simulated NetBox; null for a real one. */
  writeRequests: number | null;
  kinds: Record<string, number>;
  supportObjects: number;
  refused: number;
  conflicts: number;
  notReflected: number;
}

/** The endpoint that did not complete, else the whole: a sync that a person had to confirm consists of several runs. */
export function tellingRun({ run, endpoints }: FinishedSync): RunView {
  return endpoints.find(({ state }) => state !== 'completed') ?? run;
}

export function resultOf(sync: FinishedSync, writeRequests: number | undefined): SyncResult {
  const count = (name: string): number => sync.endpoints.reduce((sum, run) => sum + Number(run.counts[name] ?? 0), 0);
  const support = supportObjects(sync);
  const telling = tellingRun(sync);
  return {
    run: sync.run.id,
    state: sync.run.state === 'completed' ? telling.state : sync.run.state,
    reason: telling.reason,
    seconds: sync.seconds,
    guests: count('guests'),
    writes: count('written') + support,
    writeRequests: writeRequests ?? null,
    kinds: writtenByKind(sync),
    supportObjects: support,
    refused: count('refused'),
    conflicts: count('conflicts'),
    notReflected: count('notReflected'),
  };
}

/** Both syncs completed, and the second had nothing to do. */
export function isGood(first: SyncResult, second: SyncResult): boolean {
  const completed = [first, second].every(({ state }) => state === 'completed');
  return completed && second.writes === 0 && (second.writeRequests ?? 0) === 0;
}
