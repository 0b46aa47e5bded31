import type { Environment } from './connection/settings';
import type { ApiClient } from './connection/client';
import type { Asking } from './output/ask';
import type { Terminal } from './output/terminal';
import type { GlobalValues } from './global-options';

/** What a command stands on. */
export interface Context {
  terminal: Terminal;
  asking: Asking;
  env: Environment;
  globals: GlobalValues;
  /** Aborted by Ctrl-C and SIGTERM. */
  interrupted: AbortSignal;
  /** The API as configured. @throws ConfigurationError when address or token is missing. */
  api(): ApiClient;
}
