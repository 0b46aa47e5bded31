import {
  createConcurrencyController,
  type ConcurrencyController,
  type RequestOutcome,
} from '../../../clients/limiter/concurrency-controller';

/** Milliseconds that a request takes while `running` are under way. */
type ServerModel = (running: number) => number;

/** A server whose `cores` work on one request each; more requests share them. */
const cores =
  (count: number, costMs = 100): ServerModel =>
  running =>
    costMs * Math.max(1, running / count);

const answered: RequestOutcome = { kind: 'answered', units: 50 };

/** Keeps the controller as busy as it allows on a clock of its own, for so many answers; `outcome` may spoil some of them. */
function drive(
  controller: ConcurrencyController,
  server: ServerModel,
  answers: number,
  outcome: (index: number) => RequestOutcome = () => answered,
) {
  const limits: number[] = [];
  const running: { readonly endsAt: number; readonly ticket: ReturnType<ConcurrencyController['start']> }[] = [];
  let now = clock;
  for (let index = 0; index < answers; index += 1) {
    for (let wait = controller.waitMs(now); wait !== undefined; wait = controller.waitMs(now)) {
      now += wait;
      const ticket = controller.start(now, 'POST virtual-machines');
      running.push({ ticket, endsAt: now + server(running.length + 1) });
    }
    running.sort((one, other) => one.endsAt - other.endsAt);
    const first = running.shift();
    if (first === undefined) throw new Error('nothing was under way');
    now = Math.max(now, first.endsAt);
    controller.finish(now, first.ticket, outcome(index));
    limits.push(controller.limit);
  }
  for (const { ticket } of running) controller.finish(now, ticket, { kind: 'ignored' });
  clock = now;
  return limits;
}

let clock = 0;
const average = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe('the number of requests at once', () => {
  it('starts at two, or at the ceiling', () => {
    expect(createConcurrencyController({ ceiling: 8 }).limit).toBe(2);
    expect(createConcurrencyController({ ceiling: 1 }).limit).toBe(1);
    expect(createConcurrencyController({ ceiling: 0 }).limit).toBe(1);
  });

  it('rises to what the server can do at once, and stays near it', () => {
    const limits = drive(createConcurrencyController({ ceiling: 16 }), cores(6), 2_000);
    expect(average(limits.slice(-500))).toBeGreaterThan(4.5);
    expect(Math.max(...limits)).toBeLessThanOrEqual(9);
  });

  it('does not rise where more at once gains nothing', () => {
    const limits = drive(createConcurrencyController({ ceiling: 16 }), cores(1), 1_000);
    expect(average(limits.slice(-500))).toBeLessThan(3);
  });

  it('never passes the ceiling', () => {
    const limits = drive(createConcurrencyController({ ceiling: 4 }), cores(100), 500);
    expect(Math.max(...limits)).toBe(4);
    expect(limits.at(-1)).toBe(4);
  });

  it('does not rise while there is nothing more to do', () => {
    const controller = createConcurrencyController({ ceiling: 8 });
    for (let index = 0; index < 100; index += 1) {
      const ticket = controller.start(clock, 'GET');
      clock += 100;
      controller.finish(clock, ticket, answered);
      clock += 5_000;
    }
    expect(controller.limit).toBe(2);
  });

  it('rises again from one', () => {
    const controller = createConcurrencyController({ ceiling: 8, start: 1 });
    drive(controller, cores(8), 400);
    expect(controller.limit).toBeGreaterThan(4);
  });

  it('halves once for all requests that were under way when the server had too much', () => {
    const controller = createConcurrencyController({ ceiling: 8, start: 8 });
    const tickets = Array.from({ length: 8 }, () => controller.start(0, 'POST'));
    for (const ticket of tickets) controller.finish(10, ticket, { kind: 'overload' });
    expect(controller.limit).toBe(4);
    const next = controller.start(20, 'POST');
    controller.finish(30, next, { kind: 'overload' });
    expect(controller.limit).toBe(2);
  });

  it('never falls below one, and recovers', () => {
    const controller = createConcurrencyController({ ceiling: 8 });
    drive(controller, cores(8), 20, () => ({ kind: 'overload' }));
    expect(controller.limit).toBe(1);
    drive(controller, cores(8), 600);
    expect(controller.limit).toBeGreaterThan(4);
  });

  it('halves when answers take ever longer and less gets done', () => {
    const controller = createConcurrencyController({ ceiling: 8 });
    drive(controller, cores(8), 500);
    const before = controller.limit;
    drive(controller, cores(1, 400), 2 * before + 4);
    expect(controller.limit).toBeLessThanOrEqual(Math.ceil(before / 2));
  });

  it('keeps the door closed for as long as Retry-After says', () => {
    const controller = createConcurrencyController({ ceiling: 8 });
    const ticket = controller.start(0, 'GET');
    controller.finish(1_000, ticket, { kind: 'overload', retryAfterMs: 3_000 });
    expect(controller.waitMs(1_500)).toBe(2_500);
    expect(controller.waitMs(4_000)).toBe(0);
  });

  it('learns nothing from what never reached the server', () => {
    const controller = createConcurrencyController({ ceiling: 8 });
    drive(controller, cores(8), 100, () => ({ kind: 'ignored' }));
    expect(controller.limit).toBe(2);
    expect(controller.inFlight).toBe(0);
  });

  it('compares requests of different kinds and sizes', () => {
    const controller = createConcurrencyController({ ceiling: 16 });
    const limits = drive(controller, cores(6), 2_000, index => ({ kind: 'answered', units: index % 3 === 0 ? 1 : 50 }));
    expect(average(limits.slice(-500))).toBeGreaterThan(4);
  });
});
