/**
 * Ends the process with status 1 when it still runs so many seconds from now: what should have stopped it hangs, and whoever asked for its end
 * would wait for good. Does not keep the process alive.
 */
export function endWithin(seconds: number, say: (line: string) => void): void {
  const timer = setTimeout(() => {
    say(`still running ${seconds} seconds after it was asked to end: ending at once`);
    process.exit(1);
  }, seconds * 1_000);
  timer.unref();
}
