import type { RunSummaryView, RunView } from '../../api/runs/schema';
import { type ExitCode, exitCodes } from '../exit-codes';

export type RunState = RunSummaryView['state'];

export const isOpen = ({ state }: Pick<RunSummaryView, 'state'>): boolean => state === 'pending' || state === 'running';

const UNREACHABLE = ['proxmox-unreachable', 'netbox-unreachable'];

/** What an ended run means for the exit code of whoever waited for it. An open one has not failed. */
export function exitCodeOf(run: Pick<RunView, 'state' | 'reason' | 'children'>): ExitCode {
  switch (run.state) {
    case 'pending':
    case 'running':
    case 'completed':
      return exitCodes.ok;
    case 'awaiting_confirmation':
      return exitCodes.awaitingConfirmation;
    case 'cancelled':
      return exitCodes.rejected;
    case 'partial':
      return exitCodes.partial;
    case 'failed':
      return lackedSomething(run) ? exitCodes.unreachable : exitCodes.error;
  }
}

/** Nothing but a Proxmox or NetBox that did not answer made it fail. */
function lackedSomething({ reason, children }: Pick<RunView, 'reason' | 'children'>): boolean {
  if (reason !== null && UNREACHABLE.includes(reason)) return true;
  return children.length > 0 && children.every(child => child.reason !== null && UNREACHABLE.includes(child.reason));
}

const words: Record<RunState, string> = {
  pending: 'waiting for a worker',
  running: 'running',
  awaiting_confirmation: 'awaiting confirmation',
  completed: 'completed',
  partial: 'partial',
  failed: 'failed',
  cancelled: 'cancelled',
};

export const stateText = (state: RunState): string => words[state];

/** Where a run is, in words. */
export function stageText({ state, phase }: Pick<RunSummaryView, 'state' | 'phase'>): string {
  if (state !== 'running') return stateText(state);
  switch (phase) {
    case 'observe':
      return 'reading Proxmox';
    case 'plan':
      return 'comparing with NetBox';
    case 'verify':
      return 'checking NetBox';
    case null:
      return 'running';
    default:
      return phase.replace(/^apply /, 'writing ');
  }
}
