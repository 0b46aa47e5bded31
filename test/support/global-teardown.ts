type Step = () => Promise<void> | void;

/** On `globalThis`, since jest loads set-up and teardown apart but runs them in the same process. */
declare global {
  var proxboxTeardownSteps: Step[] | undefined;
}

/** Has a step run after all test files, the last one given first. */
export function atTeardown(step: Step): void {
  (globalThis.proxboxTeardownSteps ??= []).unshift(step);
}

export default async function globalTeardown(): Promise<void> {
  for (const step of globalThis.proxboxTeardownSteps ?? []) await step();
}
