/** The simulator's time: real time plus what the tests have skipped. */
export class Clock {
  private skipped = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.skipped;
  }

  /** Whole seconds since 1970, as Proxmox counts. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  advance(milliseconds: number): void {
    this.skipped += milliseconds;
  }
}

/** Real waiting, for answers that the real thing delays. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
