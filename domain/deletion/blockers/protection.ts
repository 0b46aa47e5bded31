import type { Blocker } from './blocker';

export const protectionBlocker: Blocker = {
  name: 'protection',
  look: ({ live }) =>
    live.config.protection
      ? {
          code: 'protected',
          message: `Guest ${live.vmid} is protected in Proxmox. Take its protection off if it is to be deleted.`,
        }
      : null,
};
