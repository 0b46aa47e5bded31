import { parseDrive, splitVolid } from '../../proxmox/drive';
import { parseSize } from '../../proxmox/size';
import type { GuestPlan } from '../plan/guest-plan';
import { liveDisks, type LiveGuest } from '../plan/live';

/** What a plan needs of a storage. */
export interface StorageNeed {
  readonly storage: string;
  /** The content that the storage must be allowed to hold. */
  readonly content: 'images' | 'rootdir' | 'iso' | 'vztmpl' | 'snippets';
  readonly bytes: number;
}

/** Everything of a plan that takes room or is looked for on a storage. */
export function storageNeeds(plan: GuestPlan, live: LiveGuest | null, template: LiveGuest | null): StorageNeed[] {
  const guest = live ?? template;
  const disks = plan.guest.kind === 'qemu' ? 'images' : 'rootdir';
  return [
    ...plan.calls.flatMap(call => {
      if (call.step === 'clone')
        return template && Number(call.params['full']) === 1 ? cloneNeeds(template, call.params['storage'], disks) : [];
      if (call.step === 'resize')
        return guest ? growNeeds(guest, String(call.params['disk']), String(call.params['size']), disks) : [];
      return Object.entries(call.params).flatMap(([key, value]) =>
        typeof value === 'string' ? paramNeeds(key, value, disks) : [],
      );
    }),
    ...plan.files.map(({ volume }): StorageNeed => ({ storage: splitVolid(volume)[0] ?? '', content: 'snippets', bytes: 0 })),
  ];
}

function cloneNeeds(template: LiveGuest, storage: unknown, content: StorageNeed['content']): StorageNeed[] {
  return liveDisks(template).map(({ drive }) => ({
    storage: typeof storage === 'string' ? storage : (drive.storage ?? ''),
    content,
    bytes: drive.sizeBytes ?? 0,
  }));
}

function growNeeds(guest: LiveGuest, disk: string, size: string, content: StorageNeed['content']): StorageNeed[] {
  const found = guest.config.disks.find(drive => drive.key === disk);
  return found?.storage
    ? [{ storage: found.storage, content, bytes: Math.max(0, (parseSize(size) ?? 0) - (found.sizeBytes ?? 0)) }]
    : [];
}

const DISK_KEY = /^(scsi|virtio|sata|ide|mp)\d+$|^rootfs$/;

function paramNeeds(key: string, value: string, disks: StorageNeed['content']): StorageNeed[] {
  if (key === 'ostemplate') return volumeNeed(value, 'vztmpl');
  if (!DISK_KEY.test(key)) return [];
  const { storage, volume, source } = parseDrive(key, value);
  if (storage === null) return [];
  if (source === 'iso') return [{ storage, content: 'iso', bytes: 0 }];
  const gibibytes = volume !== null && /^\d+(\.\d+)?$/.test(volume) ? Number(volume) : 0;
  return [{ storage, content: disks, bytes: gibibytes * 1024 ** 3 }];
}

function volumeNeed(volid: string, content: StorageNeed['content']): StorageNeed[] {
  const [storage] = splitVolid(volid);
  return storage === null ? [] : [{ storage, content, bytes: 0 }];
}
