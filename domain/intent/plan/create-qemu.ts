import type { GuestCreate } from '../changes/guest-change';
import { cloudInitEdits, cpuEdit, keyed, linkOf, usesCloudInit, wantedDisks, type Birth } from './birth';
import { mergeEdits, refuse, type Edit } from './edit';
import { isNewDiskKey, newDiskKey } from './fields/disk-keys';
import { newDisk } from './fields/disks';
import { newNic, newNicKey } from './fields/nic-text';
import type { PlanOptions } from './options';

/** What makes a virtual machine from nothing, or with an ISO in its drive, beside what every birth has. */
export function qemuEdits(change: GuestCreate, birth: Birth, options: PlanOptions): Edit[] {
  const { vm } = change;
  const cards = keyed(change.interfaces, ({ fields }, taken) => newNicKey(fields.name, taken));
  const nics = cards.flatMap(({ part, key }) => (key === null ? [] : [{ fields: part.fields, key, netboxId: part.netboxId }]));
  const disks = diskEdits(change, options);
  const isoDrive = vm.proxmox_iso === null ? {} : { ide2: `${vm.proxmox_iso},media=cdrom` };
  const cloudInit = usesCloudInit(change)
    ? [cloudInitEdits(change, nics, birth, options), cloudInitDrive(vm.proxmox_iso !== null, options)]
    : [];
  const order = [
    ...Object.keys(disks.set ?? {}).slice(0, 1),
    ...Object.keys(isoDrive),
    ...nics.slice(0, 1).map(({ key }) => key),
  ];
  return [
    {
      set: {
        ostype: 'l26',
        scsihw: 'virtio-scsi-single',
        sockets: 1,
        smbios1: `uuid=${birth.mark}`,
        onboot: vm.proxmox_start_at_boot ? 1 : 0,
      },
    },
    { set: { agent: `enabled=${vm.proxmox_qemu_agent === false ? 0 : 1}` } },
    cpuEdit(vm.vcpus, 1),
    ...nics.map(({ key, fields, netboxId }) =>
      mergeEdits([newNic('qemu', key, fields, options.bridge), linkOf('interface', netboxId, key)]),
    ),
    ...cards.flatMap(({ part, key }) => (key === null ? [tooMany('interfaces', part.fields.name)] : [])),
    disks,
    { set: { ...isoDrive, ...(order.length > 0 && { boot: `order=${order.join(';')}` }) } },
    ...cloudInit,
  ];
}

function diskEdits(change: GuestCreate, options: PlanOptions): Edit {
  const parts = keyed(wantedDisks(change, 'scsi0'), ({ fields }, taken) => newDiskKey('qemu', fields.name, taken));
  return mergeEdits(
    parts.flatMap(({ part, key }) =>
      key === null || !isNewDiskKey('qemu', key)
        ? [tooMany('disks', part.fields.name)]
        : [newDisk('qemu', key, part, options), linkOf('virtual-disk', part.netboxId, key)],
    ),
  );
}

/** Without its drive cloud-init reaches no guest. An ISO has the usual place. */
function cloudInitDrive(withIso: boolean, { storage }: PlanOptions): Edit {
  if (storage !== null) return { set: { [withIso ? 'ide0' : 'ide2']: `${storage}:cloudinit` } };
  return refuse(
    'storage_missing',
    'proxmox_storage',
    'Nothing says where the cloud-init drive is to be. Set the custom field proxmox_storage.',
  );
}

export const tooMany = (parts: 'interfaces' | 'disks', name: string): Edit =>
  refuse(
    parts === 'disks' ? 'disk_key_taken' : 'nic_unknown',
    `${parts}.${name}`,
    `Two parts are called ${name}, or there is no place for another one. Give it another name.`,
  );
