import { lockSeconds } from '../../../../domain/people/lock-out';

test('five failures lock for 300 seconds, each further one twice as long, an hour at most', () => {
  expect([0, 1, 4, 5, 6, 7, 8, 9, 10, 1_000].map(lockSeconds)).toEqual([0, 0, 0, 300, 600, 1_200, 2_400, 3_600, 3_600, 3_600]);
});
