import { type OpenRun, remedyFor, type WorkflowStanding } from '../../../../domain/lost-runs';

const run = (fields: Partial<OpenRun> = {}): OpenRun => ({
  id: 'r',
  kind: 'full-sync',
  state: 'running',
  parentOpen: false,
  ...fields,
});
const closed: WorkflowStanding[] = ['completed', 'failed', 'terminated', 'timed-out'];

test.each([run(), run({ state: 'pending' }), run({ kind: 'endpoint-sync' }), run({ kind: 'endpoint-sync', state: 'pending' })])(
  'a run whose workflow is open is left alone: %j',
  open => {
    expect(remedyFor(open, 'open')).toEqual({ do: 'nothing' });
  },
);

test.each(['pending', 'running'] as const)('a full sync that is %s and has no workflow is started', state => {
  expect(remedyFor(run({ state }), 'none')).toEqual({ do: 'start' });
});

test.each(closed)('a full sync whose workflow is %s failed', standing => {
  expect(remedyFor(run(), standing)).toMatchObject({ do: 'end', state: 'failed' });
});

test('a run whose workflow was cancelled is cancelled', () => {
  expect(remedyFor(run(), 'cancelled')).toMatchObject({ do: 'end', state: 'cancelled' });
});

test.each(['none', ...closed] as const)('an endpoint of a full sync that goes on is left to it: %s', standing => {
  for (const state of ['pending', 'running'] as const) {
    expect(remedyFor(run({ kind: 'endpoint-sync', state, parentOpen: true }), standing)).toEqual({ do: 'nothing' });
  }
});

test.each(['none', ...closed] as const)(
  'an endpoint that nobody looks after is ended: failed when it had begun, else cancelled: %s',
  standing => {
    expect(remedyFor(run({ kind: 'endpoint-sync' }), standing)).toMatchObject({ do: 'end', state: 'failed' });
    expect(remedyFor(run({ kind: 'endpoint-sync', state: 'pending' }), standing)).toMatchObject({
      do: 'end',
      state: 'cancelled',
    });
  },
);
