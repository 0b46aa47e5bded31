import type { Cluster } from './cluster';
import { attached, detach, dropFromBoot } from './drives';
import { DISK_KEY, MOUNT_KEY } from './figures';
import type { Guest } from './state';
import { freeVolume } from './volumes';

/** Writes a value into the live configuration; a drive that it displaces becomes unused. */
export function setLive(cluster: Cluster, guest: Guest, key: string, value: string | number): void {
  const disk = DISK_KEY.test(key) || MOUNT_KEY.test(key);
  const before = guest.config[key];
  if (disk && before !== undefined && volumePart(before) !== volumePart(value)) {
    const boot = guest.config['boot'];
    detach(cluster, guest, key);
    if (boot !== undefined) guest.config['boot'] = boot;
  }
  guest.config[key] = value;
  if (disk) attached(guest, key);
}

function volumePart(value: string | number): string {
  return String(value).split(',')[0] ?? '';
}

/** Takes a key out of the live configuration: disks are detached, unused volumes are freed. */
export function deleteLive(cluster: Cluster, guest: Guest, key: string): void {
  const value = guest.config[key];
  if (value === undefined) return;
  if (/^unused\d+$/.test(key)) {
    freeVolume(cluster, String(value), guest.node);
    delete guest.config[key];
  } else if (DISK_KEY.test(key) || MOUNT_KEY.test(key)) {
    detach(cluster, guest, key);
  } else {
    delete guest.config[key];
    dropFromBoot(guest, key);
  }
}

/** What waited for a reboot comes into force. */
export function applyPending(cluster: Cluster, guest: Guest): void {
  for (const key of guest.pendingDelete.keys()) deleteLive(cluster, guest, key);
  for (const [key, value] of Object.entries(guest.pending)) setLive(cluster, guest, key, value);
  guest.pending = {};
  guest.pendingDelete.clear();
  cluster.touched(guest);
}

/** Drops what waits for a key. */
export function revertPending(guest: Guest, key: string): void {
  delete guest.pending[key];
  guest.pendingDelete.delete(key);
}
