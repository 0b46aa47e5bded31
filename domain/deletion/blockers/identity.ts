import { unreadable, type Blocker } from './blocker';

/** A guest that was restored or copied beside its original cannot be told from it: nobody knows which of them was approved. */
export const identityBlocker: Blocker = {
  name: 'identity',
  look({ live, sameIdentity }) {
    if (sameIdentity === null) return unreadable('another guest has the same identity');
    if (sameIdentity.length === 0) return null;
    return {
      code: 'identity_shared',
      message: `Guest ${live.vmid} cannot be told from ${sameIdentity.join(', ')}: SMBIOS UUID, VM generation id or MAC addresses are the same, as after a restore beside the original. Give the other one its own first.`,
    };
  },
};
