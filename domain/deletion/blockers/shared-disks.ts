import { unreadable, type Blocker } from './blocker';

/** Proxmox lets two guests name one disk, and destroys it with the first of them (Proxmox VE 9.2, measured). */
export const sharedDisksBlocker: Blocker = {
  name: 'shared-disks',
  look({ sharedDisks }) {
    if (sharedDisks === null) return unreadable('other guests use its disks');
    if (sharedDisks.length === 0) return null;
    const list = sharedDisks.map(({ volume, vmid }) => `${volume} by ${vmid}`).join(', ');
    return {
      code: 'disks_shared',
      message: `Disks of the guest are used by others, which would lose them: ${list}. Detach them there or here first.`,
    };
  },
};
