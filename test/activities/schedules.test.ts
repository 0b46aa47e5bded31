import { MockActivityEnvironment } from '@temporalio/testing';
import { createScheduleActivities, type EndedRun } from '../../activities/schedules/activities';

const awaiting = (looks: (EndedRun | undefined)[]) => {
  const { awaitScheduledRun } = createScheduleActivities({
    openFiring: () => Promise.reject(new Error('not asked for')),
    audit: { hasFiring: async () => true, note: () => Promise.reject(new Error('not asked for')) },
    findRun: async () => (looks.length > 1 ? looks.shift() : looks[0]),
    lookEveryMs: 5,
  });
  return awaitScheduledRun;
};

test('a run that somebody else started is waited for, and gives its end', async () => {
  const open = { state: 'running', reason: null } as const;
  const partial = { state: 'partial', reason: 'writes-refused' } as const;
  const env = new MockActivityEnvironment();
  expect(await env.run(awaiting([{ ...open, state: 'pending' }, open, open, partial]), { runId: 'run' })).toEqual(partial);
});

test('a run that is gone has failed', async () => {
  expect(await new MockActivityEnvironment().run(awaiting([undefined]), { runId: 'run' })).toEqual({
    state: 'failed',
    reason: 'internal',
  });
});

test('the waiting ends when it is cancelled', async () => {
  const env = new MockActivityEnvironment();
  const waiting = env.run(awaiting([{ state: 'running', reason: null }]), { runId: 'run' });
  env.cancel();
  await expect(waiting).rejects.toThrow(/CANCELLED|cancelled/i);
});
