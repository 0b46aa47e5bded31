/** Names the steps of what is done for one guest, and stops in a step that a test has chosen. */

/**
 * A step of an activity: a request before it is sent or after it had its effect, the activity's end before Temporal hears of it, and after that.
 * Attempts that are repeated have the same steps; the activity called once more has others.
 */
export type Step = { activity: string; at: 'before' | 'after'; request: string } | { activity: string; at: 'end' | 'over' };

/** `deletion.prepareDeletion#1 before Proxmox PUT …#1`: the same in each run. */
export const keyOf = (step: Step): string =>
  'request' in step ? `${step.activity} ${step.at} ${step.request}` : `${step.activity} ${step.at}`;

export class StandsStill extends Error {
  constructor() {
    super('the worker stands still, as a test wants it');
    this.name = 'StandsStill';
  }
}

/** What is done for one guest, or one run. From its stop on nothing that it does has an effect any more, as if the process had ended there. */
export class GuestWork {
  standsStill = false;
  /** Activities that have ended since the last one began. */
  private readonly ended = new Set<string>();
  private readonly calls = new Map<string, string[]>();

  constructor(
    private readonly stop: string | undefined,
    private readonly tell: (step: Step) => void,
    private readonly stopped: () => void,
  ) {}

  /** `name#n` of the n-th call of an activity, whichever attempt of it this is. */
  numbered(name: string, call: string): string {
    const calls = this.calls.get(name) ?? [];
    if (!calls.includes(call)) calls.push(call);
    this.calls.set(name, calls);
    return `${name}#${calls.indexOf(call) + 1}`;
  }

  reach(step: Step): void {
    if (this.standsStill) return;
    this.tell(step);
    if (keyOf(step) !== this.stop) return;
    this.standsStill = true;
    this.stopped();
  }

  /** @throws StandsStill from the stop on */
  refuse(): void {
    if (this.standsStill) throw new StandsStill();
  }

  /** Temporal is about to hear of it: when the next activity begins, or a while later, it has heard. */
  end(activity: string): void {
    this.reach({ activity, at: 'end' });
    this.ended.add(activity);
    setTimeout(() => this.begin(), 2_000);
  }

  /** Another activity. */
  begin(): void {
    const ended = [...this.ended];
    this.ended.clear();
    for (const activity of ended) this.reach({ activity, at: 'over' });
  }
}

/** One attempt of an activity, and the requests that it makes. */
export class Attempt {
  private readonly counts = new Map<string, number>();

  constructor(
    readonly guest: GuestWork,
    /** Null: of no guest in particular. */
    readonly vmid: number | null,
    private readonly activity: string,
  ) {}

  /** @throws StandsStill from the guest's stop on */
  async request<T>(name: string, send: () => Promise<T>): Promise<T> {
    const { guest, activity } = this;
    const n = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, n);
    const request = `${name}#${n}`;
    guest.reach({ activity, at: 'before', request });
    guest.refuse();
    const answer = await send();
    guest.reach({ activity, at: 'after', request });
    guest.refuse();
    return answer;
  }
}
