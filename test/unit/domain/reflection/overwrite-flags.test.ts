import type { Change } from '../../../../domain/reflection/change';
import type { ReflectionKindName } from '../../../../domain/reflection/kind-names';
import { kindNamed } from '../../../../domain/reflection/kinds';
import { overwriteFlags, type OverwriteFlag } from '../../../../domain/reflection/policy';
import type { Value, Values } from '../../../../domain/reflection/values';
import { guest, inventory, nic } from './support/guests';
import { MemoryNetBox } from './support/netbox';
import { Endpoint } from './support/sync';

const world = inventory([
  guest(100, { notes: 'Front page', tags: ['prod'], dnsName: 'web', nics: [nic('net0', { addresses: ['10.0.0.1/24'] })] }),
]);

/** A value that a person might set, one that reflection would not, and an empty one. */
interface Guarded {
  kind: ReflectionKindName;
  field: string;
  mine: Value;
  /** Absent where NetBox never has it empty. */
  empty?: Value;
  /** Role and type of a VM are of different versions. */
  vmTypes?: boolean;
}

const guards: Record<OverwriteFlag, Guarded | undefined> = {
  overwrite_device_role: { kind: 'device', field: 'role', mine: 901, empty: null },
  overwrite_device_type: { kind: 'device', field: 'device_type', mine: 901, empty: null },
  overwrite_device_tags: { kind: 'device', field: 'tags', mine: [901], empty: [] },
  overwrite_device_status: { kind: 'device', field: 'status', mine: 'offline' },
  overwrite_device_description: { kind: 'device', field: 'description', mine: 'mine', empty: '' },
  overwrite_device_custom_fields: { kind: 'device', field: 'cf.proxmox_cluster', mine: 'mine', empty: null },
  overwrite_vm_role: { kind: 'virtual-machine', field: 'role', mine: 901, empty: null, vmTypes: false },
  overwrite_vm_type: { kind: 'virtual-machine', field: 'virtual_machine_type', mine: 901, empty: null },
  overwrite_vm_tags: { kind: 'virtual-machine', field: 'tags', mine: [901], empty: [] },
  // Whether tags of Proxmox are reflected at all: see its own test.
  overwrite_vm_proxmox_tags: undefined,
  overwrite_vm_description: { kind: 'virtual-machine', field: 'description', mine: 'mine', empty: '' },
  overwrite_vm_custom_fields: { kind: 'virtual-machine', field: 'cf.proxmox_node', mine: 'mine', empty: null },
  overwrite_cluster_tags: { kind: 'cluster', field: 'tags', mine: [901], empty: [] },
  overwrite_cluster_description: { kind: 'cluster', field: 'description', mine: 'mine', empty: '' },
  overwrite_cluster_custom_fields: { kind: 'cluster', field: 'cf.proxbox_endpoint', mine: 'mine', empty: null },
  overwrite_vm_interface_tags: { kind: 'interface', field: 'tags', mine: [901], empty: [] },
  overwrite_vm_interface_custom_fields: { kind: 'interface', field: 'cf.proxmox_bridge', mine: 'mine', empty: null },
  overwrite_ip_status: { kind: 'ip-address', field: 'status', mine: 'reserved' },
  overwrite_ip_tags: { kind: 'ip-address', field: 'tags', mine: [901], empty: [] },
  overwrite_ip_address_dns_name: { kind: 'ip-address', field: 'dns_name', mine: 'mine', empty: '' },
  // What they guard is not reflected to NetBox yet.
  overwrite_vm_cloudinit: undefined,
  overwrite_node_interface_tags: undefined,
  overwrite_node_interface_custom_fields: undefined,
  overwrite_storage_tags: undefined,
  overwrite_ip_custom_fields: undefined,
};

const cases = Object.entries(guards).flatMap(([flag, guarded]) => (guarded ? [{ flag: flag as OverwriteFlag, ...guarded }] : []));

function endpointWith(flag: OverwriteFlag, on: boolean, vmTypes = true): Endpoint {
  const endpoint = new Endpoint(new MemoryNetBox({ vmTypes, interfaceMacWritable: vmTypes }));
  endpoint.policy.flags[flag] = on;
  return endpoint;
}

/** What the next plan writes into the field after somebody set it. */
function afterEdit(endpoint: Endpoint, { kind, field, mine }: Guarded, value: Value = mine): Value | undefined {
  const { path } = kindNamed(kind);
  const row = endpoint.netbox.rows(path)[0]!;
  endpoint.netbox.edit(path, row.id, { [field]: value });
  const change = endpoint.plan(world).plan.changes.find(item => item.kind === kind && item.netboxId === row.id);
  return change?.after[field];
}

const created = (changes: Change[]): [string, Values][] => changes.map(change => [change.key, change.after]);

test('there are 25, and each is accounted for', () => {
  expect(overwriteFlags).toHaveLength(25);
  expect(Object.keys(guards).sort()).toEqual([...overwriteFlags].sort());
});

test.each(cases)('$flag off: a $field of $kind that NetBox has is kept', ({ flag, vmTypes, ...guarded }) => {
  const endpoint = endpointWith(flag, false, vmTypes);
  endpoint.sync(world);
  expect(afterEdit(endpoint, guarded)).toBeUndefined();
});

test.each(cases.filter(item => item.empty !== undefined))(
  '$flag off: an empty $field of $kind is filled',
  ({ flag, vmTypes, ...guarded }) => {
    const endpoint = endpointWith(flag, false, vmTypes);
    endpoint.sync(world);
    expect(afterEdit(endpoint, guarded, guarded.empty)).toBeDefined();
  },
);

test.each(cases.filter(item => item.flag !== 'overwrite_ip_status'))(
  '$flag on: $field of $kind is put right',
  ({ flag, vmTypes, ...guarded }) => {
    const endpoint = endpointWith(flag, true, vmTypes);
    endpoint.sync(world);
    const after = afterEdit(endpoint, guarded);
    expect(after).toBeDefined();
    // A person's tag stays beside ours.
    if (Array.isArray(guarded.mine)) expect(after).toEqual(expect.arrayContaining(guarded.mine));
  },
);

test('the status of an address that is neither empty nor active is a person’s, flag or no flag', () => {
  const endpoint = endpointWith('overwrite_ip_status', true);
  endpoint.sync(world);
  expect(afterEdit(endpoint, guards.overwrite_ip_status!)).toBeUndefined();
});

test.each(cases)('$flag off changes nothing of what is created', ({ flag, vmTypes }) => {
  expect(created(endpointWith(flag, false, vmTypes).plan(world).plan.changes)).toEqual(
    created(endpointWith(flag, true, vmTypes).plan(world).plan.changes),
  );
});

test.each(overwriteFlags.filter(flag => !guards[flag] && flag !== 'overwrite_vm_proxmox_tags'))(
  '%s has nothing to guard yet',
  flag => {
    expect(endpointWith(flag, false).plan(world).plan.changes).toEqual(endpointWith(flag, true).plan(world).plan.changes);
  },
);

test('overwrite_vm_proxmox_tags off: tags of Proxmox are neither made nor added, and those that are there stay', () => {
  const without = endpointWith('overwrite_vm_proxmox_tags', false);
  expect(without.sync(world).filter(change => change.kind === 'tag')).toEqual([]);

  const endpoint = endpointWith('overwrite_vm_proxmox_tags', true);
  expect(endpoint.sync(world).filter(change => change.kind === 'tag')).toHaveLength(1);
  endpoint.policy.flags.overwrite_vm_proxmox_tags = false;
  expect(endpoint.sync(world).filter(change => change.action !== 'link')).toEqual([]);
});
