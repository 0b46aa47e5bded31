import { setTimeout as sleep } from 'node:timers/promises';

/** A step that did not end, and why. */
export interface NotClosed {
  name: string;
  error: unknown;
}

/** Longer than a worker may take to drain. */
const STEP_MS = 60_000;

/** What a program opened, to be closed in the opposite order when it ends. */
export class Opened {
  private readonly steps: { name: string; close: () => Promise<unknown> }[] = [];

  add(name: string, close: () => Promise<unknown>): void {
    this.steps.push({ name, close });
  }

  /** Closes everything, the last one first. A step that fails, or takes more than a minute, holds up no other; the answer names it. */
  async close(beforeEach: (name: string) => void = () => {}): Promise<NotClosed[]> {
    const failed: NotClosed[] = [];
    for (const { name, close } of this.steps.splice(0).reverse()) {
      beforeEach(name);
      await inTime(close()).catch((error: unknown) => failed.push({ name, error }));
    }
    return failed;
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const late = sleep(STEP_MS, undefined, { signal: done.signal }).then(() => {
    throw new Error('it takes too long');
  });
  late.catch(() => {});
  try {
    await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
