import type { GuestKind } from '../../proxmox/guest-config';
import type { VmFields } from './fields';
import type { GuestName } from './guest-change';
import type { NetBoxFacts } from './netbox-facts';
import { customFieldsOf, flagAt, idAt, jsonTextAt, namesAt, numberAt, textAt, wholeAt, type Snapshot } from './snapshot';

/** A virtual machine's snapshot. */
export function readVm(snapshot: Snapshot): VmFields {
  const custom = customFieldsOf(snapshot);
  return {
    name: textAt(snapshot, 'name') ?? '',
    status: textAt(snapshot, 'status') ?? '',
    vcpus: numberAt(snapshot, 'vcpus'),
    memory: wholeAt(snapshot, 'memory'),
    disk: wholeAt(snapshot, 'disk'),
    description: textAt(snapshot, 'description') ?? '',
    comments: textAt(snapshot, 'comments') ?? '',
    tags: namesAt(snapshot, 'tags'),
    cluster: idAt(snapshot, 'cluster'),
    device: idAt(snapshot, 'device'),
    site: idAt(snapshot, 'site'),
    role: idAt(snapshot, 'role'),
    tenant: idAt(snapshot, 'tenant'),
    platform: idAt(snapshot, 'platform'),
    virtual_machine_type: idAt(snapshot, 'virtual_machine_type'),
    primary_ip4: idAt(snapshot, 'primary_ip4'),
    primary_ip6: idAt(snapshot, 'primary_ip6'),
    proxmox_vm_id: wholeAt(custom, 'proxmox_vm_id'),
    proxmox_vm_type: kindIn(
      textAt(custom, 'proxmox_vm_type') ?? textAt(custom, 'proxmox_type') ?? textAt(custom, 'proxmox_kind'),
    ),
    proxbox_endpoint: textAt(custom, 'proxbox_endpoint'),
    proxmox_node: textAt(custom, 'proxmox_node'),
    proxmox_storage: textAt(custom, 'proxmox_storage'),
    proxmox_iso: textAt(custom, 'proxmox_iso'),
    proxmox_template_vmid: wholeAt(custom, 'proxmox_template_vmid'),
    proxmox_ostemplate: textAt(custom, 'proxmox_ostemplate'),
    proxmox_swap: wholeAt(custom, 'proxmox_swap'),
    proxmox_start_at_boot: flagAt(custom, 'proxmox_start_at_boot'),
    proxmox_unprivileged_container: flagAt(custom, 'proxmox_unprivileged_container'),
    proxmox_qemu_agent: flagAt(custom, 'proxmox_qemu_agent'),
    proxmox_search_domain: textAt(custom, 'proxmox_search_domain'),
    cloud_init_user: textAt(custom, 'cloud_init_user'),
    cloud_init_ssh_keys: textAt(custom, 'cloud_init_ssh_keys'),
    cloud_init_user_data: textAt(custom, 'cloud_init_user_data'),
    cloud_init_network: jsonTextAt(custom, 'cloud_init_network'),
  };
}

/** Which guest a snapshot is about. */
export function nameOf(netboxId: number, vm: VmFields, facts: NetBoxFacts): GuestName {
  const clusterEndpoint = vm.cluster === null ? undefined : facts.clusterEndpoints.get(vm.cluster);
  return {
    netboxId,
    name: vm.name,
    kind: kindOf(vm, facts),
    vmid: vm.proxmox_vm_id,
    endpointId: vm.proxbox_endpoint ?? clusterEndpoint ?? null,
  };
}

/** What the custom field says; else what the type or the role is called; else a virtual machine. */
function kindOf(vm: VmFields, facts: NetBoxFacts): GuestKind {
  const type = vm.virtual_machine_type === null ? undefined : facts.typeSlugs.get(vm.virtual_machine_type);
  const role = vm.role === null ? undefined : facts.roleSlugs.get(vm.role);
  return vm.proxmox_vm_type ?? [type, role].map(slug => kindIn(slug ?? null)).find(kind => kind === 'lxc') ?? 'qemu';
}

function kindIn(text: string | null): GuestKind | null {
  if (text === null) return null;
  return /lxc|container/i.test(text) ? 'lxc' : 'qemu';
}
