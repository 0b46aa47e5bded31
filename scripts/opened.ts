/** What a program opened, to be closed in the opposite order when it ends. */
export class Opened {
  private readonly steps: { name: string; close: () => Promise<unknown> }[] = [];

  add(name: string, close: () => Promise<unknown>): void {
    this.steps.push({ name, close });
  }

  /** Closes everything, the last one first. A step that fails holds up no other; what failed is in the answer. */
  async close(beforeEach: (name: string) => void = () => {}): Promise<{ name: string; error: unknown }[]> {
    const failed: { name: string; error: unknown }[] = [];
    for (const { name, close } of this.steps.splice(0).reverse()) {
      beforeEach(name);
      await close().catch((error: unknown) => failed.push({ name, error }));
    }
    return failed;
  }
}
