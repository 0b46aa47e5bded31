import { type EndpointRun, endOfFullSync } from '../../../../domain/full-sync-end';
import type { RunReason, RunState } from '../../../../domain/run';

const of = (...states: (RunState | readonly [RunState, RunReason])[]): EndpointRun[] =>
  states.map((given, index) => {
    const [state, reason] = typeof given === 'string' ? ([given, null] as const) : given;
    return { state, reason, name: `e${index + 1}`, message: null };
  });

test.each([
  [[], { state: 'completed', message: 'No endpoint is enabled: nothing was synchronised.' }],
  [of('completed', 'completed'), { state: 'completed' }],
  [of('failed', 'failed'), { state: 'failed', reason: 'endpoint-failed', message: 'Every endpoint failed: e1, e2.' }],
  [of('completed', 'failed'), { state: 'partial', reason: 'endpoint-failed', message: 'These endpoints failed: e2.' }],
  [of('failed', 'cancelled'), { state: 'partial', reason: 'endpoint-failed', message: 'These endpoints failed: e1.' }],
  [of('cancelled', 'completed'), { state: 'cancelled', message: 'Cancelled for e1.' }],
  [of(['partial', 'writes-refused'], 'completed'), { state: 'partial', reason: 'writes-refused', message: 'Incomplete for e1.' }],
  [
    of('completed', ['awaiting_confirmation', 'change-limit']),
    { state: 'awaiting_confirmation', reason: 'change-limit', message: 'A person must read the plan of e2.' },
  ],
  [of('partial', 'awaiting_confirmation'), { state: 'partial', message: 'Incomplete for e1.' }],
])('a full sync is as good as its worst endpoint: %j', (runs, end) => {
  expect(endOfFullSync(runs)).toEqual(end);
});

test('a completed full sync says what its endpoints say of themselves', () => {
  const say = (...messages: (string | null)[]): EndpointRun[] =>
    messages.map((message, index) => ({ state: 'completed', reason: null, name: `e${index + 1}`, message }));
  expect(endOfFullSync(say('Dry run: 3 changes are planned.')).message).toBe('Dry run: 3 changes are planned.');
  expect(endOfFullSync(say(null, 'n2 does not answer.', 'Another.')).message).toBe('e2: n2 does not answer. e3: Another.');
  expect(endOfFullSync(say(...Array.from({ length: 7 }, () => 'Something.'))).message).toMatch(
    /e5: Something\. 2 more endpoints/,
  );
});
