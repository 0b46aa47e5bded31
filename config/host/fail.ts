import type { NotClosed } from './opened';

/** Says why a program ends, in words and without a stack, and lets it end with status 1. */
export function fail(error: unknown): void {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exitCode = 1;
}

/** Ends the program at once when something did not stop: it would hold the process up. */
export function endWith(notClosed: readonly NotClosed[]): void {
  for (const { name, error } of notClosed) fail(`${name} did not stop: ${wordsOf(error)}`);
  if (notClosed.length > 0) process.exit(1);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is taken, perhaps by another proxbox-temporal. End that program, or choose another port with PROXBOX_API_PORT or PROXBOX_METRICS_PORT, and start again.`;
  }
  return error.message;
}
