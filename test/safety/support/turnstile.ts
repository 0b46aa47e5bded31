/** What many do side by side, until one closes it for the others: then that one is alone until it opens it again. */
export class Turnstile<Who> {
  private inside = 0;
  private closedBy: Who | undefined;
  private waiting: (() => void)[] = [];

  async pass<R>(who: Who, work: () => Promise<R>): Promise<R> {
    while (this.closedBy !== undefined && this.closedBy !== who) await this.change();
    this.inside++;
    try {
      return await work();
    } finally {
      this.inside--;
      this.tell();
    }
  }

  /** Resolves when everybody has come out. Not to be called from inside. */
  async close(who: Who): Promise<void> {
    while (this.closedBy !== undefined && this.closedBy !== who) await this.change();
    this.closedBy = who;
    while (this.inside > 0) await this.change();
  }

  open(who: Who): void {
    if (this.closedBy !== who) return;
    this.closedBy = undefined;
    this.tell();
  }

  private change(): Promise<void> {
    return new Promise(resolve => void this.waiting.push(resolve));
  }

  private tell(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}
