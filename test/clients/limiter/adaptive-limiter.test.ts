import { createAdaptiveLimiter, type AdaptiveLimiter } from '../../../clients/limiter/adaptive-limiter';

const about = { kind: 'GET', outcomeOf: () => ({ kind: 'answered', units: 1 }) as const };

/** A task that ends when told. */
function pending() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>(resolve => (end = resolve));
  return { end, task: () => ended };
}

/** Until the limiter has let in whom it will let in. */
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('the gate in front of a server', () => {
  function started(limiter: AdaptiveLimiter, count: number, signal?: AbortSignal) {
    const order: number[] = [];
    const tasks = Array.from({ length: count }, (_, index) => {
      const { end, task } = pending();
      const run = limiter.run(() => (order.push(index), task()), { ...about, signal });
      return { end, run };
    });
    return { order, tasks };
  }

  it('lets requests in by turns, as many as the limit', async () => {
    const limiter = createAdaptiveLimiter({ ceiling: 2 });
    const { order, tasks } = started(limiter, 4);
    await settled();
    expect(order).toEqual([0, 1]);
    tasks[1]?.end();
    await settled();
    expect(order).toEqual([0, 1, 2]);
    for (const { end } of tasks) end();
    await Promise.all(tasks.map(({ run }) => run));
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('hands on results and errors, and frees the place either way', async () => {
    const limiter = createAdaptiveLimiter({ ceiling: 1 });
    await expect(limiter.run(() => Promise.resolve(7), about)).resolves.toBe(7);
    await expect(limiter.run(() => Promise.reject(new Error('no')), about)).rejects.toThrow('no');
    await expect(limiter.run(() => Promise.resolve(8), about)).resolves.toBe(8);
  });

  it('forgets a request whose caller gave up while waiting', async () => {
    const limiter = createAdaptiveLimiter({ ceiling: 1 });
    const first = pending();
    const running = limiter.run(first.task, about);
    const controller = new AbortController();
    const { order, tasks } = started(limiter, 1, controller.signal);
    const third = limiter.run(() => Promise.resolve(3), about);
    controller.abort(new Error('gave up'));
    await expect(tasks[0]?.run).rejects.toThrow('gave up');
    first.end();
    await running;
    await expect(third).resolves.toBe(3);
    expect(order).toEqual([]);
    await expect(limiter.run(() => Promise.resolve(4), { ...about, signal: controller.signal })).rejects.toThrow('gave up');
  });

  it('opens again when Retry-After has passed', async () => {
    const limiter = createAdaptiveLimiter({ ceiling: 2 });
    await limiter.run(() => Promise.resolve(), { ...about, outcomeOf: () => ({ kind: 'overload', retryAfterMs: 300 }) });
    const { order, tasks } = started(limiter, 1);
    await settled();
    expect(order).toEqual([]);
    tasks[0]?.end();
    await tasks[0]?.run;
    expect(order).toEqual([0]);
  });
});
