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

/** What the state means for whoever reads it, and what comes next. */
export const stateWords: Record<State, string> = {
  needs_requester:
    'None of our users has asked for this. Somebody who may delete the guest adopts the request, and becomes its requester.',
  pending:
    'Nothing is done to the guest until somebody else approves. At the deadline the request expires by itself, and the guest stays.',
  approved: 'Everything is checked once more, and then the guest is destroyed.',
  held: 'A switch is off, so nothing is destroyed for now. It is looked at again every few minutes, until the approval is too old.',
  blocked:
    'Something about the guest must be cleared by a person first. It is looked at again every few minutes, until the approval is too old.',
  executing: 'The one call that destroys the guest may have been sent. Nothing can be taken back.',
  destroyed: 'A read shows that the guest is gone.',
  rejected: 'The guest stays.',
  cancelled: 'One of the requesters took it back. The guest stays.',
  expired: 'Nobody decided in time. The guest stays.',
  void: 'The guest is no longer the one that was approved. It stays; ask anew if it is still to go.',
  failed: 'The guest was not destroyed.',
  outcome_unknown:
    'An answer was lost, and reading did not tell what became of the guest. It is protected now; look at it in Proxmox.',
};

export const isEnded = ({ endedAt }: Pick<DeletionRowView, 'endedAt'>): boolean => endedAt !== null;

/** `2 days 3 h`, `3 h 20 min`, `12 min`: until a deadline. */
export function countdown(deadline: string, now = Date.now()): string {
  const minutes = Math.floor((Date.parse(deadline) - now) / 60_000);
  if (minutes < 1) return 'less than a minute';
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60)];
  if (days > 0) return `${days} ${days === 1 ? 'day' : 'days'} ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}
