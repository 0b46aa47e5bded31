import type { Blocker } from './blocker';

export const lockBlocker: Blocker = {
  name: 'lock',
  look: ({ live }) =>
    live.config.lock === null
      ? null
      : {
          code: 'locked',
          message: `Guest ${live.vmid} is locked (${live.config.lock}): something works on it. Wait until that is done.`,
        },
};
