/** One way in which a server program was looked for, and what came of it. */
export interface Attempt {
  route: string;
  outcome: string;
}

/** A server program was found nowhere and could not be fetched. The message lists every route, and the one command that helps. */
export class ServerProgramNotFoundError extends Error {
  override readonly name = 'ServerProgramNotFoundError';

  constructor(
    program: string,
    readonly attempts: readonly Attempt[],
    readonly remedy: string,
  ) {
    const tried = attempts.map(({ route, outcome }) => `  ${route}: ${outcome}`).join('\n');
    super(
      `The program ${program} was not found and could not be fetched. Tried:\n${tried}\nThis command fixes it, then start again:\n  ${remedy}`,
    );
  }
}

/** A Temporal server that we started did not become ready; the end of its log says why. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';

  constructor(program: string, reason: string, logTail: string) {
    super(`${program} ${reason}. The end of its log:\n${logTail || '(empty)'}`);
  }
}

/** Thrown in production without TEMPORAL_ADDRESS: a development server of our own keeps its runs in one file that nobody backs up. */
export class TemporalRequiredError extends Error {
  override readonly name = 'TemporalRequiredError';

  constructor() {
    super(
      'TEMPORAL_ADDRESS is not set, and with NODE_ENV=production no Temporal server is started. ' +
        'Set TEMPORAL_ADDRESS, for example 127.0.0.1:7233, or PROXBOX_TEMPORAL=embedded if a development server is what you want.',
    );
  }
}

/** The server of TEMPORAL_ADDRESS does not answer, or refuses us. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';

  constructor(address: string, namespace: string, cause: unknown) {
    super(
      `The Temporal server at ${address} (TEMPORAL_ADDRESS) does not serve the namespace ${namespace}: ${reasonOf(cause)}. ` +
        'Check the address, TEMPORAL_NAMESPACE, TEMPORAL_TLS and its certificates, and TEMPORAL_API_KEY; or unset TEMPORAL_ADDRESS to have one started.',
      { cause },
    );
  }
}

/** The words of an error from a library, in one line. gRPC errors carry theirs in `details`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = 'details' in error && typeof error.details === 'string' && error.details !== '' ? error.details : error.message;
  return details.replaceAll(/\s+/g, ' ').trim();
}
