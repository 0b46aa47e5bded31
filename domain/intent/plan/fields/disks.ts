import type { DiskFields } from '../../changes/fields';
import type { AddedPart, ChangedPart, PartChange } from '../../changes/guest-change';
import { refuse, remark, type Edit } from '../edit';
import { liveDisks, type LiveGuest } from '../live';
import type { PlanOptions } from '../options';
import type { FieldPlan } from '../vm-rule';
import { newDiskKey, newVolume, pathIn, storageIn } from './disk-keys';

const MEBIBYTE = 1024 ** 2;

/** Disks grow, and new ones are added. None is shrunk, removed or moved: that would lose data, or needs an operation of its own. */
export function planDisks(parts: readonly PartChange<DiskFields>[], live: LiveGuest, options: PlanOptions): FieldPlan[] {
  const taken = new Set(live.config.disks.map(drive => drive.key));
  return parts.map(part => {
    if (part.op === 'update') return changeDisk(part, live);
    if (part.op === 'create') return addDisk(part, live, taken, options);
    const message = `The disk ${part.name} is not removed: its data would be lost. Put it back in NetBox, or remove it in Proxmox first.`;
    return plain(refuse('disk_removed', `disks.${part.name}`, message));
  });
}

const plain = (edit: Edit): FieldPlan => ({ fields: [], edit });

function changeDisk({ key, name, changed }: ChangedPart<DiskFields>, live: LiveGuest): FieldPlan {
  const field = `disks.${key ?? name}`;
  const wanted = changed.size?.to;
  if (wanted === undefined) {
    const about = changed.description
      ? remark(field, `What is noted about the disk ${name} in NetBox changes nothing in Proxmox.`)
      : {};
    return plain(about);
  }
  const found = liveDisks(live).find(({ drive }) => drive.key === (key ?? name));
  if (!found) {
    return plain(
      refuse('disk_unknown', field, `The guest has no disk ${key ?? name}. Wait for the next sync, and look at its disks then.`),
    );
  }
  if (wanted === found.size) return plain({});
  const fields = [{ field: `${field}.size`, from: found.size, to: wanted }];
  if (wanted > found.size) return { fields, edit: { grow: { [found.drive.key]: wanted * MEBIBYTE } } };
  const message = `The disk ${name} has ${found.size} MB and is not shrunk to ${wanted} MB. Give at least ${found.size}.`;
  return plain(refuse('disk_shrink', `${field}.size`, message));
}

function addDisk(part: AddedPart<DiskFields>, live: LiveGuest, taken: Set<string>, options: PlanOptions): FieldPlan {
  const { name, size } = part.fields;
  const key = newDiskKey(live.kind, name, taken);
  if (key === null) {
    return plain(
      refuse(
        'disk_key_taken',
        `disks.${name}`,
        `The guest has a ${name} already, or no place for another disk. Give the disk another name.`,
      ),
    );
  }
  const edit = newDisk(live.kind, key, part, options);
  if (edit.set === undefined) return plain(edit);
  taken.add(key);
  const fields = [{ field: `disks.${key}.size`, from: null, to: size }];
  const linked = part.netboxId === null ? {} : { links: [{ kind: 'virtual-disk' as const, netboxId: part.netboxId, key }] };
  return { fields, edit: { ...edit, ...linked } };
}

/** The key of a disk to be made. */
export function newDisk(kind: 'qemu' | 'lxc', key: string, { fields }: AddedPart<DiskFields>, options: PlanOptions): Edit {
  const storage = storageIn(fields.description) ?? options.storage;
  if (storage === null) {
    const message = `Nothing says on which storage the disk ${fields.name} is to be. Write "Storage: <name>" into its description, or set the custom field proxmox_storage.`;
    return refuse('storage_missing', `disks.${fields.name}`, message);
  }
  const volume = newVolume(storage, fields.size);
  const mountPoint = kind === 'lxc' && key !== 'rootfs' ? `,mp=${pathIn(fields.description) ?? `/mnt/${key}`}` : '';
  return { set: { [key]: `${volume}${mountPoint}` } };
}
