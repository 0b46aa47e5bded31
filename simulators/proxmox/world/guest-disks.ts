import type { Cluster } from '../cluster';
import { parseSize } from '../figures';
import type { Random } from '../random';
import type { Guest } from '../state';
import { volumeName } from '../volumes';
import { WORLD_EPOCH } from './infrastructure';

const BUSES = ['scsi', 'scsi', 'scsi', 'virtio', 'sata', 'ide'] as const;
/** All four units, and sizes that are no power of two. */
const SIZES = [
  '8G',
  '10G',
  '16G',
  '20G',
  '32G',
  '40G',
  '64G',
  '100G',
  '250G',
  '500G',
  '1T',
  '2T',
  '2816M',
  '1536M',
  '3146240K',
  '528K',
];
const ROOT_SIZES = ['2G', '4G', '8G', '8G', '16G', '32G', '1536M', '102M'];

/** Gives a guest its disks, in the configuration and on the storages. */
export class DiskMaker {
  constructor(private readonly cluster: Cluster) {}

  qemu(guest: Guest, random: Random, index: number): void {
    const storage = this.storageFor('images', random);
    if (storage === undefined) return;
    const bus = BUSES[index % BUSES.length] ?? 'scsi';
    const bootKey = `${bus}0`;
    guest.config['scsihw'] = 'virtio-scsi-single';
    const options = bus === 'scsi' ? 'discard=on,iothread=1' : bus === 'virtio' ? 'iothread=1' : 'cache=writeback';
    guest.config[bootKey] = this.drive(guest, storage, SIZES[index % 14] ?? '32G', options);
    for (let n = 1; n <= (random.chance(0.25) ? random.int(1, 3) : 0); n++) {
      guest.config[`${bus === 'ide' ? 'scsi' : bus}${n}`] = this.drive(guest, storage, random.pick(SIZES), 'backup=0');
    }
    if (index % 37 === 5) guest.config['unused0'] = this.allocate(guest, storage, '4G');
    if (index % 11 === 3) this.addFirmware(guest, storage);
    this.addMedium(guest, storage, index);
    guest.config['boot'] = `order=${[bootKey, ...(guest.config['ide2'] === undefined ? [] : ['ide2']), 'net0'].join(';')}`;
  }

  lxc(guest: Guest, random: Random, index: number): void {
    const storage = this.storageFor('rootdir', random);
    if (storage === undefined) return;
    guest.config['rootfs'] = this.drive(guest, storage, ROOT_SIZES[index % ROOT_SIZES.length] ?? '8G', '');
    if (index % 5 === 1) {
      const [volid = '', size = ''] = this.drive(guest, storage, random.pick(ROOT_SIZES), '').split(',');
      guest.config['mp0'] = `${volid},mp=/srv/data,backup=1,${size}`;
    }
    if (index % 41 === 7) guest.config['unused0'] = this.allocate(guest, storage, '2G');
  }

  private storageFor(content: string, random: Random): string | undefined {
    const fitting = [...this.cluster.storages.values()].filter(storage => storage.content.includes(content));
    return fitting.length === 0 ? undefined : random.pick(fitting).name;
  }

  private drive(guest: Guest, storage: string, size: string, options: string): string {
    const parts = [...options.split(','), `size=${size}`].filter(part => part !== '').sort();
    return [this.allocate(guest, storage, size), ...parts].join(',');
  }

  private allocate(guest: Guest, storageName: string, size: string): string {
    const storage = this.cluster.storages.get(storageName);
    if (storage === undefined) throw new Error(`no storage ${storageName}`);
    const { volid, format } = volumeName(this.cluster, storage, guest, guest.config['template'] === 1);
    this.cluster.addVolume(
      {
        volid,
        storage: storage.name,
        node: guest.node,
        content: guest.kind === 'qemu' ? 'images' : 'rootdir',
        format,
        size: parseSize(size),
        ctime: WORLD_EPOCH + guest.vmid,
        vmid: guest.vmid,
      },
      guest.node,
    );
    return volid;
  }

  private addFirmware(guest: Guest, storage: string): void {
    guest.config['bios'] = 'ovmf';
    guest.config['machine'] = 'q35';
    guest.config['efidisk0'] = `${this.allocate(guest, storage, '528K')},efitype=4m,pre-enrolled-keys=1,size=528K`;
    guest.config['tpmstate0'] = `${this.allocate(guest, storage, '4M')},size=4M,version=v2.0`;
  }

  private addMedium(guest: Guest, storage: string, index: number): void {
    if (index % 3 === 0) {
      guest.config['ide2'] = `${storage}:vm-${guest.vmid}-cloudinit,media=cdrom,size=4M`;
    } else if (index % 7 === 1) {
      guest.config['ide2'] = 'local:iso/debian-13.2.0-amd64-netinst.iso,media=cdrom,size=664797184';
    } else if (index % 13 === 2) {
      guest.config['ide2'] = 'none,media=cdrom';
    }
  }
}
