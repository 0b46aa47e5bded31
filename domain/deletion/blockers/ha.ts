import { unreadable, type Blocker } from './blocker';

/** Proxmox would start it again, or take it out of HA together with the guest. */
export const haBlocker: Blocker = {
  name: 'ha',
  look({ live, haManaged }) {
    if (haManaged === null) return unreadable('HA manages it');
    return haManaged ? { code: 'ha_managed', message: `Guest ${live.vmid} is managed by HA. Remove it from HA first.` } : null;
  },
};
