import type { RunReason, RunState } from './run';

/** A run of one endpoint, as it stands. */
export interface EndpointRun {
  state: RunState;
  reason: RunReason | null;
  /** Of the endpoint. */
  name: string;
  /** What it says of itself: what a dry run planned, or what could not be seen. */
  message: string | null;
}

export interface FullSyncEnd {
  state: Exclude<RunState, 'pending' | 'running'>;
  reason?: RunReason;
  message?: string;
}

/** The result of the whole: as good as its worst endpoint. */
export function endOfFullSync(runs: readonly EndpointRun[]): FullSyncEnd {
  const names = (state: RunState): string =>
    runs
      .filter(run => run.state === state)
      .map(({ name }) => name)
      .join(', ');
  const first = (state: RunState): EndpointRun | undefined => runs.find(run => run.state === state);
  const withReason = (run: EndpointRun): { reason?: RunReason } => (run.reason === null ? {} : { reason: run.reason });

  if (runs.length === 0) return { state: 'completed', message: 'No endpoint is enabled: nothing was synchronised.' };
  if (runs.every(({ state }) => state === 'failed'))
    return { state: 'failed', reason: 'endpoint-failed', message: `Every endpoint failed: ${names('failed')}.` };
  if (first('failed'))
    return { state: 'partial', reason: 'endpoint-failed', message: `These endpoints failed: ${names('failed')}.` };
  if (first('cancelled')) return { state: 'cancelled', message: `Cancelled for ${names('cancelled')}.` };
  const partial = first('partial');
  if (partial) return { state: 'partial', ...withReason(partial), message: `Incomplete for ${names('partial')}.` };
  const waiting = first('awaiting_confirmation');
  if (waiting) {
    const message = `A person must read the plan of ${names('awaiting_confirmation')}.`;
    return { state: 'awaiting_confirmation', ...withReason(waiting), message };
  }
  const message = told(runs);
  return { state: 'completed', ...(message !== '' && { message }) };
}

const mostTold = 5;

/** What completed runs say of themselves: the one by itself, several with the names of their endpoints. */
function told(runs: readonly EndpointRun[]): string {
  const all = runs.flatMap(({ name, message }) =>
    message === null ? [] : [runs.length === 1 ? message : `${name}: ${message}`],
  );
  const more = all.length - mostTold;
  return [...all.slice(0, mostTold), ...(more > 0 ? [`${more} more endpoints have something to say: see their runs.`] : [])].join(
    ' ',
  );
}
