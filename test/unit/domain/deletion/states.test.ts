import fc from 'fast-check';
import { deadlineOf, isExpired, isStale, remindersOf } from '../../../../domain/deletion/deadline';
import {
  finalStates,
  firstState,
  isFinal,
  openStates,
  proxboxState,
  restoresNetBox,
  takesMarkAway,
  transition,
  type DeletionEvent,
  type DeletionState,
} from '../../../../domain/deletion/states';

const next = (state: DeletionState, event: DeletionEvent): string => {
  const answer = transition(state, event);
  return answer.accepted ? answer.next : `${answer.status} ${answer.refused}`;
};
const reject: DeletionEvent = { type: 'reject', reason: 'still in use' };

test.each<[DeletionState, DeletionEvent, string]>([
  ['needs_requester', { type: 'adopt' }, 'pending'],
  ['needs_requester', { type: 'approve' }, '409 requester_needed'],
  ['needs_requester', reject, 'rejected'],
  ['needs_requester', { type: 'expire' }, 'expired'],
  ['pending', { type: 'approve' }, 'approved'],
  ['pending', { type: 'approve-partly' }, 'pending'],
  ['pending', reject, 'rejected'],
  ['pending', { type: 'reject', reason: ' ' }, '422 reason_missing'],
  ['pending', { type: 'cancel' }, 'cancelled'],
  ['pending', { type: 'expire' }, 'expired'],
  ['pending', { type: 'execute' }, '412 not_approved'],
  ['pending', { type: 'gone' }, '409 not_executing'],
  ['approved', { type: 'approve' }, '409 not_pending'],
  ['approved', { type: 'execute' }, 'executing'],
  ['approved', { type: 'differs' }, 'void'],
  ['approved', { type: 'approval-lost' }, 'pending'],
  ['approved', { type: 'switched-off' }, 'held'],
  ['approved', { type: 'found-blocked' }, 'blocked'],
  ['approved', { type: 'cancel' }, 'cancelled'],
  ['approved', reject, 'rejected'],
  ['approved', { type: 'expire' }, 'expired'],
  ['held', { type: 'execute' }, 'executing'],
  ['held', { type: 'approval-stale' }, 'pending'],
  ['held', { type: 'found-blocked' }, 'blocked'],
  ['blocked', { type: 'switched-off' }, 'held'],
  ['blocked', { type: 'expire' }, 'expired'],
  ['blocked', { type: 'approval-stale' }, 'pending'],
  ['executing', { type: 'expire' }, '409 executing'],
  ['executing', { type: 'cancel' }, '409 executing'],
  ['executing', { type: 'execute' }, '409 executing'],
  ['executing', { type: 'gone' }, 'destroyed'],
  ['executing', { type: 'not-destroyed' }, 'failed'],
  ['executing', { type: 'unresolved' }, 'outcome_unknown'],
  ['rejected', { type: 'approve' }, '409 final'],
  ['expired', { type: 'approve' }, '409 final'],
  ['destroyed', { type: 'execute' }, '409 final'],
])('%s, %j → %s', (state, event, expected) => {
  expect(next(state, event)).toBe(expected);
});

const events: DeletionEvent[] = [
  ...(
    [
      'adopt',
      'approve',
      'approve-partly',
      'cancel',
      'expire',
      'approval-lost',
      'approval-stale',
      'differs',
      'switched-off',
      'found-blocked',
      'execute',
      'gone',
      'not-destroyed',
      'unresolved',
    ] as const
  ).map(type => ({ type })),
  reject,
];

test('whatever happens in whatever order: the first end stays, and nothing is sent without an approval that still stands', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1), fc.array(fc.constantFrom(...events), { maxLength: 40 }), (requesters, sequence) => {
      let state: DeletionState = firstState(requesters);
      let approvals = 0;
      let sent = 0;
      for (const event of sequence) {
        const answer = transition(state, event);
        if (isFinal(state)) expect(answer.accepted).toBe(false);
        if (!answer.accepted) continue;
        if (event.type === 'approve') approvals = 1;
        if (event.type === 'approval-lost' || event.type === 'approval-stale') approvals = 0;
        if (event.type === 'execute') {
          expect(approvals).toBe(1);
          sent += 1;
        }
        if (answer.next === 'destroyed') expect(sent).toBe(1);
        if (['expired', 'cancelled', 'rejected', 'void'].includes(answer.next)) expect(sent).toBe(0);
        state = answer.next;
      }
      expect(sent).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2000 },
  );
});

test('every end takes the mark away save the one that nobody knows, and all but the destroy restore NetBox', () => {
  expect(finalStates.filter(takesMarkAway)).toEqual(['rejected', 'cancelled', 'expired', 'void', 'failed']);
  expect(finalStates.filter(restoresNetBox)).toEqual(finalStates.filter(state => state !== 'destroyed'));
});

test('Proxbox’s words for the states', () => {
  expect(proxboxState('expired')).toEqual({ state: 'rejected', reason: 'TTL' });
  expect(proxboxState('destroyed')).toEqual({ state: 'succeeded' });
  expect([...openStates].map(state => proxboxState(state).state)).toEqual([
    'pending',
    'pending',
    'approved',
    'approved',
    'approved',
    'executing',
  ]);
});

test('a request expires on its deadline, and people are reminded before', () => {
  const deadline = deadlineOf(0, 7);
  expect([deadline - 1, deadline, deadline + 1].map(now => isExpired(deadline, now))).toEqual([false, true, true]);
  expect(remindersOf(0, deadline).map(({ at, to }) => [at / deadline, to])).toEqual([
    [0.5, 'deciders'],
    [0.75, 'escalation'],
  ]);
  expect([99, 100].map(now => isStale(0, 100, now))).toEqual([false, true]);
});
