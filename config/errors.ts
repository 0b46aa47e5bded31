/** One environment variable that cannot be used, and what it should be. */
export interface ConfigProblem {
  variable: string;
  problem: string;
}

/** Thrown at start when the environment cannot be used. Lists every bad variable at once: correct them and start again. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ variable, problem }) => `  ${variable}: ${problem}`);
    super(`The environment cannot be used. Correct these variables and start again:\n${lines.join('\n')}`);
  }
}
