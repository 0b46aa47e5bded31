import type {
  ObservedCluster,
  ObservedDisk,
  ObservedGuest,
  ObservedNic,
  Inventory,
} from '../../../../../domain/reflection/inventory';

/** A MAC address made from a few words, always the same for the same words. */
export function mac(...words: (string | number)[]): string {
  let hash = 7;
  for (const char of words.join('/')) hash = (hash * 31 + char.codePointAt(0)!) % 0xffffff;
  return `BC:24:11:${hash.toString(16).toUpperCase().padStart(6, '0').match(/../g)!.join(':')}`;
}

export const nic = (key: string, fields: Partial<ObservedNic> = {}): ObservedNic => ({
  key,
  name: key,
  mac: mac(key),
  bridge: 'vmbr0',
  vlan: null,
  trunks: null,
  enabled: true,
  mtu: null,
  addresses: [],
  ...fields,
});

export const disk = (key: string, sizeMiB = 1024): ObservedDisk => ({ key, storage: 'local-lvm', format: null, sizeMiB });

/** A running VM that is like no other with another VMID. */
export function guest(vmid: number, fields: Partial<ObservedGuest> = {}): ObservedGuest {
  const kind = fields.kind ?? 'qemu';
  return {
    kind,
    vmid,
    node: 'n1',
    name: `vm${vmid}`,
    status: 'running',
    template: false,
    vcpus: 2,
    memoryMiB: 2048,
    notes: '',
    tags: [],
    startAtBoot: false,
    unprivileged: kind === 'lxc' ? true : null,
    agent: kind === 'qemu' ? true : null,
    searchDomain: null,
    dnsName: '',
    nics: [nic('net0', { mac: mac(vmid, 'net0') })],
    disks: [disk('scsi0')],
    addressesComplete: true,
    evidence:
      kind === 'qemu'
        ? { smbiosUuid: `uuid-${vmid}`, vmgenid: `gen-${vmid}` }
        : { rootfs: `local:vm-${vmid}`, macs: [mac(vmid, 'net0')] },
    remarks: [],
    ...fields,
  };
}

export const cluster: ObservedCluster = {
  name: 'lab',
  mode: 'cluster',
  version: '9.2.1',
  nodes: ['n1', 'n2'].map(name => ({ name, status: 'online', fingerprint: null })),
  tagColors: {},
  complete: true,
  incompleteBecause: [],
  remarks: [],
};

export const inventory = (guests: ObservedGuest[]): Inventory => ({ cluster, guests, unreadable: [] });
