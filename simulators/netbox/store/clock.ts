/** The present as NetBox writes it: UTC with microseconds, and no two the same. */
export class Clock {
  private lastInstant = 0;
  private second = { number: 0, text: '' };

  now(): string {
    this.lastInstant = Math.max(this.lastInstant + 1, Date.now() * 1000);
    const second = Math.floor(this.lastInstant / 1_000_000);
    if (second !== this.second.number) this.second = { number: second, text: new Date(second * 1000).toISOString().slice(0, 19) };
    return `${this.second.text}.${String(this.lastInstant % 1_000_000).padStart(6, '0')}Z`;
  }
}
