/**
 * The life of a deletion request as a table. An activity changes the state with one conditional update of its row, so that of two events that come
 * together the first one wins; this says which next state it may write, and why not.
 */
export const openStates = ['needs_requester', 'pending', 'approved', 'held', 'blocked', 'executing'] as const;
export const finalStates = ['destroyed', 'rejected', 'cancelled', 'expired', 'void', 'failed', 'outcome_unknown'] as const;

export type OpenState = (typeof openStates)[number];
export type FinalState = (typeof finalStates)[number];
export type DeletionState = OpenState | FinalState;

export const isFinal = (state: DeletionState): state is FinalState => finalStates.some(each => each === state);

export type DeletionEvent =
  /** A permitted user takes on a request whose asker is none of ours, and becomes its requester. */
  | { type: 'adopt' }
  /** An approval, with which there are enough of them. */
  | { type: 'approve' }
  /** An approval that others must join. */
  | { type: 'approve-partly' }
  | { type: 'reject'; reason: string }
  /** By one of the requesters. */
  | { type: 'cancel' }
  /** The deadline has passed. */
  | { type: 'expire' }
  /** The guest could not be read and marked when the request was opened. */
  | { type: 'unpreparable' }
  /** What the approvals were given for is no longer enough: an approver lost the right, or joined the requesters. */
  | { type: 'approval-lost' }
  /** The approval is older than it may be. */
  | { type: 'approval-stale' }
  /** Identity or digest differs from what was approved. */
  | { type: 'differs' }
  /** The master switch, the endpoint's writes or a freeze says no for now. */
  | { type: 'switched-off' }
  /** Something about the guest must be cleared first. */
  | { type: 'found-blocked' }
  /** Everything holds, and the guest is held for a while before it is destroyed. */
  | { type: 'put-off' }
  /** Everything holds and the permit to send was taken: from here nothing can be taken back. */
  | { type: 'execute' }
  /** The guest is gone, proven by reading. */
  | { type: 'gone' }
  /** The destroy was refused or stopped, and the guest is there. */
  | { type: 'not-destroyed' }
  /** Nobody can say. */
  | { type: 'unresolved' };

export type Refused =
  'final' | 'executing' | 'not_pending' | 'not_approved' | 'requester_needed' | 'reason_missing' | 'not_executing';

export type Transition =
  | { accepted: true; next: DeletionState }
  /** HTTP status as Proxbox has it: 409 for the wrong state, 412 for an execute without approval, 422 for a missing reason. */
  | { accepted: false; refused: Refused; status: 409 | 412 | 422; message: string };

const undecided: readonly DeletionState[] = ['needs_requester', 'pending', 'approved', 'held', 'blocked'];
/** Approved, whatever keeps it from being carried out at the moment. */
const decided: readonly DeletionState[] = ['approved', 'held', 'blocked'];

/** In which states an event is taken, and where it leads. */
const table: Readonly<Record<DeletionEvent['type'], { from: readonly DeletionState[]; to: DeletionState }>> = {
  adopt: { from: ['needs_requester'], to: 'pending' },
  approve: { from: ['pending'], to: 'approved' },
  'approve-partly': { from: ['pending'], to: 'pending' },
  reject: { from: undecided, to: 'rejected' },
  cancel: { from: undecided, to: 'cancelled' },
  expire: { from: undecided, to: 'expired' },
  unpreparable: { from: ['needs_requester', 'pending'], to: 'failed' },
  'approval-lost': { from: decided, to: 'pending' },
  'approval-stale': { from: decided, to: 'pending' },
  differs: { from: decided, to: 'void' },
  'switched-off': { from: decided, to: 'held' },
  'found-blocked': { from: decided, to: 'blocked' },
  'put-off': { from: decided, to: 'approved' },
  execute: { from: decided, to: 'executing' },
  gone: { from: ['executing'], to: 'destroyed' },
  'not-destroyed': { from: ['executing'], to: 'failed' },
  unresolved: { from: ['executing'], to: 'outcome_unknown' },
};

export function transition(state: DeletionState, event: DeletionEvent): Transition {
  const { from, to } = table[event.type];
  if (from.includes(state)) {
    if (event.type !== 'reject' || event.reason.trim() !== '') return { accepted: true, next: to };
    return refuse('reason_missing', 422, 'A rejection needs a reason. Say why.');
  }
  if (isFinal(state))
    return refuse('final', 409, `The request has ended: ${state}. Nothing changes it any more; ask for the deletion anew.`);
  if (state === 'executing') return refuse('executing', 409, 'The guest is being destroyed at this moment. Wait for the result.');
  if (event.type === 'execute')
    return refuse('not_approved', 412, `The request is ${state}: nothing is destroyed without an approval.`);
  if (state === 'needs_requester' && event.type.startsWith('approve')) {
    return refuse(
      'requester_needed',
      409,
      'Nobody of our users has asked for this. Somebody with the permission must adopt the request first.',
    );
  }
  if (event.type.startsWith('approve')) return refuse('not_pending', 409, `The request is ${state} already.`);
  if (to === 'destroyed' || to === 'failed' || to === 'outcome_unknown')
    return refuse('not_executing', 409, `The request is ${state}: nothing was sent.`);
  return refuse('not_approved', 409, `The request is ${state}, which this is not about.`);
}

const refuse = (refused: Refused, status: 409 | 412 | 422, message: string): Transition => ({
  accepted: false,
  refused,
  status,
  message,
});

/** How a new request begins: somebody of ours must have asked for it. */
export const firstState = (knownRequesters: number): OpenState => (knownRequesters > 0 ? 'pending' : 'needs_requester');

/** Every end takes our mark from the guest, where it is there; only a guest of which nobody can say keeps it. */
export const takesMarkAway = (end: FinalState): boolean => end !== 'outcome_unknown' && end !== 'destroyed';

/** Every end but the destroy brings back what a merged delete took from NetBox. */
export const restoresNetBox = (end: FinalState): boolean => end !== 'destroyed';

/** The state in Proxbox's words: six, of which the request's own reason tells the rest. */
export function proxboxState(state: DeletionState): {
  state: 'pending' | 'approved' | 'rejected' | 'executing' | 'succeeded' | 'failed';
  reason?: string;
} {
  switch (state) {
    case 'needs_requester':
    case 'pending':
      return { state: 'pending' };
    case 'approved':
    case 'held':
    case 'blocked':
      return { state: 'approved' };
    case 'executing':
      return { state };
    case 'destroyed':
      return { state: 'succeeded' };
    case 'rejected':
      return { state };
    case 'expired':
      return { state: 'rejected', reason: 'TTL' };
    case 'cancelled':
      return { state: 'rejected', reason: 'cancelled' };
    case 'void':
    case 'failed':
    case 'outcome_unknown':
      return { state: 'failed', reason: state };
  }
}
