import { MOST_ATTEMPTS, pauseAfter } from '../../../../domain/notifications/attempts';
import { type NotificationItem, wantedOf } from '../../../../domain/notifications/events';
import { messageOf } from '../../../../domain/notifications/message';
import { type EndedRun, type EndpointHealth, newsOf } from '../../../../domain/notifications/run-events';

const ended = (fields: Partial<EndedRun>): EndedRun => ({
  runId: 'r1',
  endpoint: { id: 'e1', name: 'site-a' },
  state: 'completed',
  reason: null,
  message: null,
  newConflicts: 0,
  endedAt: '2026-01-01T00:00:00.000Z',
  ...fields,
});

const failed = ended({ state: 'failed', reason: 'netbox-unreachable', message: 'NetBox does not answer.' });
const partial = ended({ state: 'partial', reason: 'writes-refused' });
const unreachable = ended({ state: 'failed', reason: 'proxmox-unreachable' });
const told = (run: EndedRun, before: EndpointHealth): [EndpointHealth, string[]] => {
  const { health, items } = newsOf(run, before);
  return [health, items.map(({ event }) => event)];
};

test.each<[string, EndedRun, EndpointHealth, EndpointHealth, string[]]>([
  ['a complete run of a healthy endpoint', ended({}), 'ok', 'ok', []],
  ['the first failure', failed, 'ok', 'failing', ['run-failed']],
  ['the first incomplete run', partial, 'ok', 'failing', ['run-failed']],
  ['a further failure for another reason', partial, 'failing', 'failing', []],
  ['an endpoint that is not reached any more', unreachable, 'ok', 'unreachable', ['endpoint-unreachable']],
  ['one that failed and now is not even reached', unreachable, 'failing', 'unreachable', ['endpoint-unreachable']],
  ['one that is reached again and fails', failed, 'unreachable', 'failing', ['run-failed']],
  ['the first success after failures', ended({}), 'failing', 'ok', ['run-recovered']],
  ['a cancelled run', ended({ state: 'cancelled' }), 'failing', 'failing', []],
  ['a run that waits for a person', ended({ state: 'awaiting_confirmation' }), 'ok', 'ok', []],
  [
    'new conflicts',
    ended({ state: 'partial', reason: 'new-conflicts', newConflicts: 2 }),
    'failing',
    'failing',
    ['conflicts-new'],
  ],
])('%s: changes alone are told', (_, run, before, after, events) => {
  expect(told(run, before)).toEqual([after, events]);
});

test('what is told says whose run it was and why', () => {
  expect(newsOf(failed, 'ok').items).toMatchObject([
    { endpoint: { name: 'site-a' }, runId: 'r1', message: 'A run of site-a failed: NetBox does not answer.' },
  ]);
});

const item = (event: NotificationItem['event'], endpointId: string | null): NotificationItem => ({
  event,
  endpoint: endpointId === null ? null : { id: endpointId, name: endpointId },
  runId: null,
  message: `${event} of ${endpointId}`,
  at: '2026-01-01T00:00:00.000Z',
});

test('a subscription to one endpoint hears of no other, and of nothing that is about none', () => {
  const items = [
    item('run-failed', 'e1'),
    item('run-failed', 'e2'),
    item('run-recovered', 'e1'),
    item('credential-expiring', null),
  ];
  const wanted = wantedOf(items, [
    { event: 'run-failed', endpointId: 'e2' },
    { event: 'credential-expiring', endpointId: 'e2' },
  ]);
  expect(wanted).toEqual([items[1]]);
  expect(wantedOf(items, [{ event: 'credential-expiring', endpointId: null }])).toEqual([items[3]]);
});

test('a message about one thing says it in its subject, one about many counts them', () => {
  expect(messageOf([item('run-failed', 'e1')]).subject).toBe('[proxbox] run-failed of e1');
  const many = [item('run-failed', 'e1'), item('run-failed', 'e2'), item('conflicts-new', 'e2')];
  expect(messageOf(many).subject).toBe('[proxbox] 2 × run-failed, 1 × conflicts-new');
  expect(messageOf([{ ...item('run-failed', 'e1'), message: `a\r\nBcc: x ${'y'.repeat(500)}` }]).subject).toMatch(
    /^\[proxbox\] a Bcc: x y+…$/,
  );
});

test('attempts come ever later and end', () => {
  const pauses = Array.from({ length: MOST_ATTEMPTS }, (_, index) => pauseAfter(index + 1));
  const given = pauses.slice(0, -1).map(pause => pause ?? 0);
  expect(pauses.at(-1)).toBeUndefined();
  expect(given).toEqual([...given].sort((a, b) => a - b));
  expect(given[0]).toBe(30);
});
