import type { DeletionRowView } from '../../deletion/schema';
import type { Html } from '../html/h';
import { badge } from '../html/state';

type State = DeletionRowView['state'];

const states: Record<State, readonly [Parameters<typeof badge>[0], string]> = {
  needs_requester: ['warn', 'Needs a requester'],
  pending: ['warn', 'Waits for a decision'],
  approved: ['busy', 'Approved'],
  held: ['warn', 'Approved, held'],
  blocked: ['warn', 'Approved, blocked'],
  executing: ['busy', 'Being destroyed'],
  destroyed: ['bad', 'Destroyed'],
  rejected: ['calm', 'Rejected'],
  cancelled: ['calm', 'Cancelled'],
  expired: ['calm', 'Expired'],
  void: ['calm', 'Void'],
  failed: ['bad', 'Failed'],
  outcome_unknown: ['bad', 'Outcome unknown'],
};

export const deletionBadge = (state: State): Html => badge(...states[state]);

export const isEnded = ({ endedAt }: Pick<DeletionRowView, 'endedAt'>): boolean => endedAt !== null;

/** `2 days 3 h`, `3 h 20 min`, `12 min`: until a deadline. */
export function countdown(deadline: string, now = Date.now()): string {
  const minutes = Math.floor((Date.parse(deadline) - now) / 60_000);
  if (minutes < 1) return 'less than a minute';
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60)];
  if (days > 0) return `${days} ${days === 1 ? 'day' : 'days'} ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}
