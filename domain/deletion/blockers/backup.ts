import { backupPauseMs } from '../backup';
import type { BackupFacts, Blocked, Blocker } from './blocker';

const DAY = 86_400_000;

/** What is in the way only because a backup is to be made first, which is done then. */
export const BACKUP_WANTED = 'backup_wanted';

/** That there is no backup may only be said, also by whoever approves, where one would be seen. */
export const backupBlocker: Blocker = {
  name: 'backup',
  look({ live: { vmid }, backup, now }) {
    const { policy, maxAgeDays, newestAt, visible, missing, waived } = backup;
    if (policy === 'none') return null;
    if (policy === 'recent' && newestAt !== null && now - newestAt <= maxAgeDays * DAY) return null;
    if (!visible) return notVisible(vmid, missing);
    if (waived) return null;
    if (policy === 'make') return beforeMade(vmid, backup, now);
    const wanted = `a backup of the last ${maxAgeDays} days`;
    return { code: 'backup_missing', message: `Guest ${vmid} has not ${wanted}. Make one, or approve without a backup.` };
  },
};

function notVisible(vmid: number, missing: readonly string[]): Blocked {
  const rights = missing.length > 0 ? missing.join(', ') : 'VM.Backup on the guest, Datastore.AllocateSpace on the storages';
  return {
    code: 'backup_not_visible',
    message: `Whether guest ${vmid} has a backup cannot be seen, so that nobody can say that it has none. Give the read credential: ${rights}.`,
  };
}

function beforeMade(vmid: number, { made, volumes }: BackupFacts, now: number): Blocked | null {
  if (made?.volume != null && volumes.some(({ volume }) => volume === made.volume)) return null;
  if (made?.failed != null && now - Date.parse(made.at) < backupPauseMs) {
    return {
      code: 'backup_failed',
      message: `No backup of guest ${vmid} could be made: ${made.failed} It is tried again an hour later. Clear the reason, or approve without a backup.`,
    };
  }
  return { code: BACKUP_WANTED, message: `A backup of guest ${vmid} is made before it is destroyed: this takes a while.` };
}
