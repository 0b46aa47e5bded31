import type { DeletionRowView } from '../../api/deletion/schema';
import { type ExitCode, exitCodes } from '../exit-codes';
import type { Paint, Paints } from '../output/colors';

export type DeletionState = DeletionRowView['state'];

export const deletionPaint = (state: DeletionState, { red, yellow, bold, dim }: Paints): Paint => {
  if (state === 'destroyed' || state === 'failed' || state === 'outcome_unknown') return red;
  if (state === 'approved' || state === 'executing') return bold;
  return ['needs_requester', 'pending', 'held', 'blocked'].includes(state) ? yellow : dim;
};

/** What the state of a request means for the exit code of whoever waited for its end. */
export function exitCodeOf(state: DeletionState): ExitCode {
  switch (state) {
    case 'destroyed':
    case 'approved':
    case 'executing':
      return exitCodes.ok;
    case 'needs_requester':
    case 'pending':
    case 'held':
    case 'blocked':
      return exitCodes.awaitingConfirmation;
    case 'rejected':
    case 'cancelled':
    case 'expired':
      return exitCodes.rejected;
    case 'void':
    case 'failed':
    case 'outcome_unknown':
      return exitCodes.error;
  }
}

/** It has ended, or waits for people: there is nothing more to wait for. */
export const isSettled = (state: DeletionState): boolean => state !== 'approved' && state !== 'executing';
