import type { ExitCode } from '../exit-codes';

/** One thing that was looked at. */
export interface Check {
  name: string;
  result: 'ok' | 'warning' | 'failed';
  detail: string;
  next?: string | undefined;
  /** Of a failed one, what it means for the exit code. */
  exitCode?: ExitCode;
}
