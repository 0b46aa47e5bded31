import type { Blocker } from './blocker';

/** A guest is never stopped for its deletion. What is not known to be stopped counts as running. */
export const runningBlocker: Blocker = {
  name: 'running',
  look: ({ live }) =>
    live.status === 'stopped'
      ? null
      : {
          code: 'running',
          message: `Guest ${live.vmid} is ${live.status}, not stopped. Stop it, and it will be looked at again.`,
        },
};
