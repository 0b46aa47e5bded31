import type { Blocker } from './blocker';

const DAY = 86_400_000;

export const backupBlocker: Blocker = {
  name: 'backup',
  look({ live, backup, now }) {
    const { policy, maxAgeDays, visible, newestAt, waived } = backup;
    if (policy === 'none' || waived) return null;
    if (newestAt !== null && now - newestAt <= maxAgeDays * DAY) return null;
    const wanted = `a backup of the last ${maxAgeDays} days`;
    if (!visible) {
      return {
        code: 'backup_not_visible',
        message: `Whether guest ${live.vmid} has ${wanted} cannot be seen: the read credential needs VM.Backup and Datastore.AllocateSpace. Give it the rights, or approve without a backup.`,
      };
    }
    return { code: 'backup_missing', message: `Guest ${live.vmid} has not ${wanted}. Make one, or approve without a backup.` };
  },
};
