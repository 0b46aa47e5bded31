import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import type { Changed, DiskFields, InterfaceFields, VmFields } from '../../../../../domain/intent/changes/fields';
import type { AddedPart, ChangedPart, GuestCreate, GuestUpdate } from '../../../../../domain/intent/changes/guest-change';
import type { ParsedUserData } from '../../../../../domain/intent/cloud-init/user-data';
import type { Birth } from '../../../../../domain/intent/plan/birth';
import type { PlanOptions } from '../../../../../domain/intent/plan/options';
import type { Json } from '../../../../../domain/json';
import type { ModelGuest } from './model';

export const MARK = '11111111-2222-4333-8444-555555555555';

export const options = (given: Partial<PlanOptions> = {}): PlanOptions => ({
  tags: 'accepted-names',
  tagSlugs: new Map(),
  embedMetadata: false,
  storage: 'local-lvm',
  bridge: 'vmbr0',
  fullClone: false,
  pool: null,
  snippets: null,
  sha256: text => createHash('sha256').update(text).digest('hex'),
  parseUserData,
  ...given,
});

function parseUserData(text: string): ParsedUserData {
  try {
    return { ok: true, value: parse(text) as Json };
  } catch (error) {
    return {
      ok: false,
      message: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it cannot be read',
      line: null,
    };
  }
}

export const vmFields = (given: Partial<VmFields> = {}): VmFields => ({
  name: 'web-1',
  status: 'active',
  vcpus: 2,
  memory: 2048,
  disk: null,
  description: '',
  comments: '',
  tags: [],
  cluster: 1,
  device: null,
  site: null,
  role: null,
  tenant: null,
  platform: null,
  virtual_machine_type: null,
  primary_ip4: null,
  primary_ip6: null,
  proxmox_vm_id: null,
  proxmox_vm_type: null,
  proxbox_endpoint: null,
  proxmox_node: 'pve1',
  proxmox_storage: null,
  proxmox_iso: null,
  proxmox_template_vmid: null,
  proxmox_ostemplate: null,
  proxmox_swap: null,
  proxmox_start_at_boot: null,
  proxmox_unprivileged_container: null,
  proxmox_qemu_agent: null,
  proxmox_search_domain: null,
  cloud_init_user: null,
  cloud_init_ssh_keys: null,
  cloud_init_user_data: null,
  cloud_init_network: null,
  ...given,
});

export const update = (vm: Changed<VmFields>, given: Partial<Omit<GuestUpdate, 'op' | 'vm'>> = {}): GuestUpdate => ({
  op: 'update',
  guest: { netboxId: 7, name: 'web-1', kind: 'qemu', vmid: 100, endpointId: 'e1' },
  vm,
  interfaces: [],
  disks: [],
  secrets: {},
  ...given,
});

export const create = (vm: Partial<VmFields> = {}, given: Partial<Omit<GuestCreate, 'op' | 'vm'>> = {}): GuestCreate => ({
  op: 'create',
  guest: { netboxId: 8, name: vm.name ?? 'web-1', kind: 'qemu', vmid: null, endpointId: 'e1' },
  vm: vmFields(vm),
  interfaces: [],
  disks: [],
  secrets: {},
  ...given,
});

export const birth = (given: Partial<Birth> = {}): Birth => ({ vmid: 200, mark: MARK, node: 'pve1', ...given });

export const newInterface = (given: Partial<InterfaceFields> = {}, netboxId: number | null = 31): AddedPart<InterfaceFields> => ({
  op: 'create',
  netboxId,
  fields: {
    name: 'net0',
    enabled: true,
    mtu: null,
    vlan: null,
    trunks: null,
    model: null,
    bridge: 'vmbr0',
    mac: null,
    addresses: [],
    ...given,
  },
});

export const newDisk = (given: Partial<DiskFields> = {}, netboxId: number | null = 41): AddedPart<DiskFields> => ({
  op: 'create',
  netboxId,
  fields: { name: 'scsi0', size: 8192, description: '', ...given },
});

export const changedInterface = (
  changed: Changed<InterfaceFields>,
  key: string | null = 'net0',
): ChangedPart<InterfaceFields> => ({
  op: 'update',
  netboxId: 31,
  name: key ?? 'net0',
  key,
  changed,
});

export const changedDisk = (changed: Changed<DiskFields>, key: string | null = 'scsi0'): ChangedPart<DiskFields> => ({
  op: 'update',
  netboxId: 41,
  name: key ?? 'scsi0',
  key,
  changed,
});

export const qemu = (raw: Record<string, string> = {}, given: Partial<ModelGuest> = {}): ModelGuest => ({
  kind: 'qemu',
  vmid: 100,
  node: 'pve1',
  status: 'stopped',
  raw: {
    name: 'web-1',
    cores: '2',
    sockets: '1',
    memory: '2048',
    smbios1: 'uuid=aaaaaaaa-0000-4000-8000-000000000001',
    net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,tag=10',
    scsi0: 'local-lvm:vm-100-disk-0,iothread=1,size=32G',
    ...raw,
  },
  ...given,
});

export const lxc = (raw: Record<string, string> = {}, given: Partial<ModelGuest> = {}): ModelGuest => ({
  kind: 'lxc',
  vmid: 100,
  node: 'pve1',
  status: 'stopped',
  raw: {
    hostname: 'web-1',
    cores: '2',
    memory: '2048',
    swap: '512',
    rootfs: 'local-lvm:vm-100-disk-0,size=8G',
    net0: 'name=eth0,bridge=vmbr0,gw=10.0.0.1,hwaddr=BC:24:11:00:00:02,ip=10.0.0.5/24,type=veth',
    unprivileged: '1',
    ...raw,
  },
  ...given,
});
