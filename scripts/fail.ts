/** Says why a program ends, in words and without a stack, and lets it end with status 1. */
export function fail(error: unknown): void {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exitCode = 1;
}

export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is taken, perhaps by another proxbox-temporal. End that program, or choose another port with PROXBOX_API_PORT, and start again.`;
  }
  return error.message;
}
