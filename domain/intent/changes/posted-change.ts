import { normalizeCidr } from '../../reflection/addresses';
import type { GuestKind } from '../../proxmox/guest-config';
import type { Changed, DiskFields, InterfaceFields, VmFields } from './fields';
import type { AddedPart, GuestChange, GuestSecrets, PartChange } from './guest-change';

/** What was posted for one guest, under Proxbox's names, with the endpoint found and secrets taken out. Absent is "leave it as it is". */
export interface PostedChange {
  op: 'create' | 'update' | 'delete';
  kind: GuestKind;
  endpointId: string;
  netbox_id?: number | undefined;
  payload: PostedPayload;
}

export interface PostedPayload {
  vmid?: number | undefined;
  node?: string | undefined;
  name?: string | undefined;
  /** CPUs in all: of a virtual machine sockets × cores. */
  cores?: number | undefined;
  memory_mib?: number | undefined;
  storage?: string | undefined;
  iso?: string | undefined;
  template_vmid?: number | undefined;
  ostemplate?: string | undefined;
  swap?: number | undefined;
  description?: string | undefined;
  tags?: readonly string[] | undefined;
  start_at_boot?: boolean | undefined;
  qemu_agent?: boolean | undefined;
  unprivileged?: boolean | undefined;
  disks?: readonly PostedDisk[] | undefined;
  nics?: readonly PostedNic[] | undefined;
  cloud_init?: PostedCloudInit | undefined;
  /** Id of a secret that is kept with the plan. */
  password_secret?: string | undefined;
}

export interface PostedDisk {
  /** `scsi0`, `rootfs`, `mp1`. */
  key: string;
  size_mib: number;
  storage?: string | undefined;
  /** Of an update: a disk that the guest does not have yet. */
  add?: boolean | undefined;
}

export interface PostedNic {
  /** `net0`. */
  key: string;
  bridge?: string | undefined;
  vlan?: number | null | undefined;
  trunks?: readonly number[] | undefined;
  mtu?: number | null | undefined;
  enabled?: boolean | undefined;
  mac?: string | undefined;
  model?: string | undefined;
  addresses?: readonly string[] | undefined;
  add?: boolean | undefined;
}

export interface PostedCloudInit {
  user?: string | undefined;
  ssh_keys?: readonly string[] | undefined;
  /** Volume ids of snippets, or a document. */
  user_data?: string | undefined;
  /** Id of a secret that is kept with the plan: the document. */
  user_data_secret?: string | undefined;
  network?: Readonly<Record<string, string | number | readonly string[]>> | undefined;
}

/** A guest about which nothing is said. */
const silent: VmFields = {
  name: '',
  status: '',
  vcpus: null,
  memory: null,
  disk: null,
  description: '',
  comments: '',
  tags: [],
  cluster: null,
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
  proxmox_node: null,
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
};

/** What was posted, as the change of a guest. */
export function fromPosted({ op, kind, endpointId, netbox_id, payload }: PostedChange): GuestChange {
  const name = payload.name ?? (payload.vmid === undefined ? 'new guest' : `guest ${payload.vmid}`);
  const guest = { netboxId: netbox_id ?? null, name, kind, vmid: payload.vmid ?? null, endpointId };
  const secrets: GuestSecrets = payload.password_secret === undefined ? {} : { password: payload.password_secret };
  if (op === 'delete') return { op, guest, originals: [] };
  const given = givenFields(payload);
  if (op === 'create') {
    const vm: VmFields = { ...silent, proxmox_vm_type: kind, proxbox_endpoint: endpointId, ...given };
    return {
      op,
      guest,
      vm,
      interfaces: (payload.nics ?? []).map(addedNic),
      disks: (payload.disks ?? []).map(addedDisk),
      secrets,
    };
  }
  const vm: { [Name in keyof VmFields]?: { to: VmFields[Name] } } = {};
  // The VMID of an update says which guest is meant, and the node where it was last seen: neither is a wish.
  const { proxmox_vm_id: _vmid, ...wishes } = given;
  for (const [field, to] of Object.entries(wishes)) Object.assign(vm, { [field]: { to } });
  const disks = (payload.disks ?? []).map((disk): PartChange<DiskFields> =>
    disk.add === true
      ? addedDisk(disk)
      : { op: 'update', netboxId: null, name: disk.key, key: disk.key, changed: { size: { to: disk.size_mib } } },
  );
  const interfaces = (payload.nics ?? []).map((nic): PartChange<InterfaceFields> =>
    nic.add === true ? addedNic(nic) : { op: 'update', netboxId: null, name: nic.key, key: nic.key, changed: changedNic(nic) },
  );
  return { op, guest, vm, interfaces, disks, secrets };
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

function givenFields(payload: PostedPayload): Partial<VmFields> {
  const { cloud_init: cloudInit } = payload;
  const fields: Partial<Writable<VmFields>> = {};
  const put = <Name extends keyof VmFields>(field: Name, value: VmFields[Name] | undefined): void => {
    if (value !== undefined) fields[field] = value;
  };
  put('proxmox_vm_id', payload.vmid);
  put('proxmox_node', payload.node);
  put('name', payload.name);
  put('vcpus', payload.cores);
  put('memory', payload.memory_mib);
  put('proxmox_storage', payload.storage);
  put('proxmox_iso', payload.iso);
  put('proxmox_template_vmid', payload.template_vmid);
  put('proxmox_ostemplate', payload.ostemplate);
  put('proxmox_swap', payload.swap);
  put('tags', payload.tags && [...new Set(payload.tags)].sort());
  put('proxmox_start_at_boot', payload.start_at_boot);
  put('proxmox_qemu_agent', payload.qemu_agent);
  put('proxmox_unprivileged_container', payload.unprivileged);
  put('cloud_init_user', cloudInit?.user);
  put('cloud_init_ssh_keys', cloudInit?.ssh_keys?.join('\n'));
  put('cloud_init_user_data', cloudInit?.user_data);
  put('cloud_init_network', cloudInit?.network && JSON.stringify(cloudInit.network));
  if (payload.description !== undefined) Object.assign(fields, notesOf(payload.description));
  return fields;
}

/** As reflection shows notes: the first line as the description, all of them as comments where there is more. */
function notesOf(text: string): Pick<VmFields, 'description' | 'comments'> {
  const [first = ''] = text.trim().split('\n');
  return { description: first.trim(), comments: text.trim() === first.trim() ? '' : text.trim() };
}

const addedDisk = ({ key, size_mib, storage }: PostedDisk): AddedPart<DiskFields> => ({
  op: 'create',
  netboxId: null,
  fields: { name: key, size: size_mib, description: storage === undefined ? '' : `Storage: ${storage}` },
});

const addedNic = ({ key, bridge, vlan, trunks, mtu, enabled, mac, model, addresses }: PostedNic): AddedPart<InterfaceFields> => ({
  op: 'create',
  netboxId: null,
  fields: {
    name: key,
    enabled: enabled ?? true,
    mtu: mtu ?? null,
    vlan: vlan ?? null,
    trunks: trunks === undefined ? null : [...trunks].sort((a, b) => a - b),
    bridge: bridge ?? null,
    mac: mac?.toUpperCase() ?? null,
    model: model ?? null,
    addresses: normal(addresses ?? []),
  },
});

function changedNic({ bridge, vlan, trunks, mtu, enabled, mac, model, addresses }: PostedNic): Changed<InterfaceFields> {
  return {
    ...(bridge !== undefined && { bridge: { to: bridge } }),
    ...(vlan !== undefined && { vlan: { to: vlan } }),
    ...(trunks !== undefined && { trunks: { to: [...trunks].sort((a, b) => a - b) } }),
    ...(mtu !== undefined && { mtu: { to: mtu } }),
    ...(enabled !== undefined && { enabled: { to: enabled } }),
    ...(mac !== undefined && { mac: { to: mac.toUpperCase() } }),
    ...(model !== undefined && { model: { to: model } }),
    ...(addresses !== undefined && { addresses: { to: normal(addresses) } }),
  };
}

const normal = (addresses: readonly string[]): string[] =>
  addresses.map(address => normalizeCidr(address, undefined) ?? address).sort();
