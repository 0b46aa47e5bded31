import { createTell } from '../../activities/reflection/tell';
import type { NewRunEvent } from '../../database/repositories/run-events';

function recording() {
  const told: NewRunEvent[] = [];
  const tell = createTell(
    {
      appendRunEvent: async (_runId, event) => void told.push(event),
      completeStep: async () => {},
    },
    'run',
  );
  return { told, tell };
}

afterEach(() => jest.useRealTimers());

test('progress of many thousand guests is told about once a second, not once for each', () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const { told, tell } = recording();
  for (let guest = 1; guest <= 10_000; guest++) tell.progress('observe', 'Guests read', guest, 10_000);
  expect(told.map(({ data }) => data['progress'])).toEqual([{ current: 1, total: 10_000, percent: 0 }]);
});

test('it is told again a second later, with where it is then', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  const { told, tell } = recording();
  tell.progress('apply', 'Objects settled', 1, 40);
  await jest.advanceTimersByTimeAsync(1_000);
  tell.progress('apply', 'Objects settled', 30, 40);
  expect(told.map(({ data }) => data['message'])).toEqual(['Objects settled: 1 of 40', 'Objects settled: 30 of 40']);
  expect(told.at(-1)?.data['progress']).toEqual({ current: 30, total: 40, percent: 75 });
});
