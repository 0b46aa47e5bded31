import { type ExitCode, exitCodes } from './exit-codes';

/** What a person is told when something is not right: what, why, and what to do. */
export interface Problem {
  /** Stable, for programs: one of the API's problem codes, a run's reason, or one of ours. */
  code: string;
  what: string;
  why?: string | undefined;
  /** A command to type, or a sentence when there is none. */
  next?: string | undefined;
  exitCode: ExitCode;
}

/** Ends the command with a problem. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';

  constructor(readonly problem: Problem) {
    super(problem.what);
  }
}

/** The command line makes no sense. `proxbox help` has the right one. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';

  constructor(what: string, next = 'proxbox help', why?: string) {
    super({ code: 'usage', what, why, next, exitCode: exitCodes.usage });
  }
}

/** The configuration file, or a variable, cannot be used. `proxbox config show` tells what is read. */
export class ConfigurationError extends CommandError {
  override readonly name = 'ConfigurationError';

  constructor(what: string, why: string, next: string) {
    super({ code: 'configuration', what, why, next, exitCode: exitCodes.usage });
  }
}

/** Nobody answers at the API's address, or not as the API would. Look at the address and at the API's process. */
export class UnreachableError extends CommandError {
  override readonly name = 'UnreachableError';

  constructor(url: string, why: string, next = 'proxbox doctor') {
    super({ code: 'api-unreachable', what: `The API does not answer at ${url}.`, why, next, exitCode: exitCodes.unreachable });
  }
}

/** The API refused; its own words say why. */
export class RefusedError extends CommandError {
  override readonly name = 'RefusedError';
}

/** Ctrl-C or SIGTERM. What the API was asked for goes on. */
export class InterruptedError extends CommandError {
  override readonly name = 'InterruptedError';
}
