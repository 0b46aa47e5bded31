import { collectChanges } from '../../../../domain/intent/changes/collect';
import { noFacts, type NetBoxFacts } from '../../../../domain/intent/changes/netbox-facts';
import { readStoredChanges, type StoredChange } from '../../../../domain/intent/changes/stored-change';
import type { JsonObject } from '../../../../domain/json';

const vm = (given: JsonObject = {}, custom: JsonObject = {}): JsonObject => ({
  name: 'web-1',
  status: 'active',
  cluster: 1,
  vcpus: '2.00',
  memory: 2048,
  tags: ['prod'],
  comments: '',
  description: '',
  ...given,
  custom_fields: { proxmox_vm_id: 100, proxmox_vm_type: 'qemu', proxmox_node: 'pve1', ...custom },
});
let id = 0;
const row = (objectType: string, objectId: number, original: JsonObject | null, modified: JsonObject | null): StoredChange => ({
  id: ++id,
  objectType,
  objectId,
  objectRepr: String(objectId),
  action: original === null ? 'create' : modified === null ? 'delete' : 'update',
  original,
  modified,
});
const vmRow = (original: JsonObject | null, modified: JsonObject | null, objectId = 7) =>
  row('virtualization.virtualmachine', objectId, original, modified);
const facts = (given: Partial<NetBoxFacts> = {}): NetBoxFacts => ({
  ...noFacts,
  clusterEndpoints: new Map([[1, 'e1']]),
  vms: new Map([[7, { name: 'web-1', kind: 'qemu', vmid: 100, endpointId: 'e1' }]]),
  interfaces: new Map([[31, { vmId: 7, name: 'eth0', key: 'net0', primaryMacId: 51 }]]),
  disks: new Map([[41, { vmId: 7, name: 'scsi0', key: 'scsi0' }]]),
  macs: new Map([[51, 'bc:24:11:00:00:01']]),
  vlans: new Map([
    [91, 10],
    [92, 20],
  ]),
  interfaceTypeId: 80,
  ...given,
});
const nic = (given: JsonObject = {}): JsonObject => ({
  virtual_machine: 7,
  name: 'eth0',
  enabled: true,
  mtu: null,
  mode: 'access',
  untagged_vlan: 91,
  tagged_vlans: [],
  primary_mac_address: 51,
  custom_fields: { proxmox_bridge: 'vmbr0' },
  ...given,
});

test('an update has the fields that were changed, and no others', () => {
  const { changes, problems } = collectChanges(
    [vmRow(vm(), vm({ vcpus: '4.00', tags: ['prod', 'web'] }, { cloud_init_user: 'admin' }))],
    facts(),
  );
  expect(problems).toEqual([]);
  expect(changes).toEqual([
    {
      op: 'update',
      guest: { netboxId: 7, name: 'web-1', kind: 'qemu', vmid: 100, endpointId: 'e1' },
      vm: {
        vcpus: { from: 2, to: 4 },
        tags: { from: ['prod'], to: ['prod', 'web'] },
        cloud_init_user: { from: null, to: 'admin' },
      },
      interfaces: [],
      disks: [],
      secrets: {},
    },
  ]);
});

test('a field that nothing in Proxmox stands for makes no change', () => {
  expect(collectChanges([vmRow(vm({ serial: 'a' }), vm({ serial: 'b' }))], facts()).changes).toEqual([]);
});

test('a changed VMID is a change of the guest that had it', () => {
  const [change] = collectChanges([vmRow(vm(), vm({}, { proxmox_vm_id: 101 }))], facts({ vms: new Map() })).changes;
  expect(change).toMatchObject({ guest: { vmid: 100 }, vm: { proxmox_vm_id: { from: 100, to: 101 } } });
});

test('parts are changes of their guest, whatever else was changed', () => {
  const disk = (size: number): JsonObject => ({ virtual_machine: 7, name: 'scsi0', size, description: '' });
  const { changes } = collectChanges(
    [
      row('virtualization.virtualdisk', 41, disk(1024), disk(2048)),
      row(
        'virtualization.vminterface',
        31,
        nic(),
        nic({ untagged_vlan: 92, mode: 'tagged', tagged_vlans: [91], description: 'Uplink, Model: e1000' }),
      ),
      row(
        'ipam.ipaddress',
        61,
        { address: '10.0.0.5/24', assigned_object_type: 80, assigned_object_id: 31 },
        { address: '10.0.0.6/24', assigned_object_type: 80, assigned_object_id: 31 },
      ),
      row('dcim.macaddress', 51, { mac_address: 'BC:24:11:00:00:01' }, { mac_address: 'BC:24:11:00:00:02' }),
    ],
    facts(),
  );
  expect(changes).toMatchObject([
    {
      op: 'update',
      vm: {},
      disks: [{ op: 'update', key: 'scsi0', changed: { size: { from: 1024, to: 2048 } } }],
      interfaces: [
        {
          key: 'net0',
          changed: {
            vlan: { from: 10, to: 20 },
            trunks: { from: null, to: [10] },
            model: { from: null, to: 'e1000' },
            mac: { from: 'BC:24:11:00:00:01', to: 'BC:24:11:00:00:02' },
            addresses: { from: ['10.0.0.5/24'], to: ['10.0.0.6/24'] },
          },
        },
      ],
    },
  ]);
});

test('an address or a MAC address that changes alone is a change of its interface', () => {
  const address = row(
    'ipam.ipaddress',
    61,
    { address: '10.0.0.5/24', assigned_object_type: null, assigned_object_id: null },
    { address: '10.0.0.5/24', assigned_object_type: 'virtualization.vminterface', assigned_object_id: 31 },
  );
  expect(collectChanges([address], facts()).changes).toMatchObject([
    { guest: { netboxId: 7 }, interfaces: [{ changed: { addresses: { from: [], to: ['10.0.0.5/24'] } } }] },
  ]);
  const mac = row('dcim.macaddress', 51, { mac_address: 'BC:24:11:00:00:01' }, { mac_address: 'BC:24:11:00:00:02' });
  expect(collectChanges([mac], facts()).changes).toMatchObject([
    { interfaces: [{ changed: { mac: { to: 'BC:24:11:00:00:02' } } }] },
  ]);
});

test('a new guest comes with its parts; what is created and deleted in a branch is nothing', () => {
  const { changes } = collectChanges(
    [
      row('virtualization.vminterface', 32, null, nic({ virtual_machine: 8, primary_mac_address: 52 })),
      row('dcim.macaddress', 52, null, { mac_address: 'bc:24:11:00:00:09' }),
      row('virtualization.virtualdisk', 42, null, { virtual_machine: 8, name: 'disk1', size: 1024, description: '' }),
      vmRow(null, vm({ name: 'new-1' }, { proxmox_vm_id: null, proxmox_vm_type: null }), 8),
      vmRow(null, {}, 9),
    ],
    facts(),
  );
  expect(changes).toMatchObject([
    {
      op: 'create',
      guest: { netboxId: 8, name: 'new-1', kind: 'qemu', vmid: null, endpointId: 'e1' },
      interfaces: [{ fields: { vlan: 10, bridge: 'vmbr0', mac: 'BC:24:11:00:00:09' } }],
      disks: [{ fields: { size: 1024 } }],
    },
  ]);
});

test.each([
  [{ proxmox_vm_type: 'LXC container' }, {}],
  [{ proxmox_vm_type: null }, { role: 5 }],
  [{ proxmox_vm_type: null }, { virtual_machine_type: 6 }],
])('a container is told by its field, role or type', (custom, given) => {
  const known = facts({ roleSlugs: new Map([[5, 'container-lxc']]), typeSlugs: new Map([[6, 'lxc-container']]) });
  expect(collectChanges([vmRow(null, vm(given, custom), 8)], known).changes).toMatchObject([{ guest: { kind: 'lxc' } }]);
});

test('a delete keeps everything that went with it', () => {
  const { changes } = collectChanges(
    [
      vmRow(vm(), null),
      row('virtualization.vminterface', 31, nic(), null),
      row('ipam.ipaddress', 61, { address: '10.0.0.5/24', assigned_object_type: 80, assigned_object_id: 31 }, null),
      row('ipam.ipaddress', 62, { address: '10.0.0.9/24', assigned_object_type: 80, assigned_object_id: 99 }, null),
    ],
    facts({ vms: new Map() }),
  );
  expect(changes).toMatchObject([
    { op: 'delete', guest: { vmid: 100, endpointId: 'e1' }, originals: [{ objectId: 7 }, { objectId: 31 }, { objectId: 61 }] },
  ]);
});

test('the order of the rows says nothing', () => {
  const rows = [
    vmRow(vm(), vm({ memory: 1 })),
    row('virtualization.vminterface', 31, nic(), nic({ mtu: 1400 })),
    vmRow(vm({}, { proxmox_vm_id: 5 }), vm({ memory: 3 }, { proxmox_vm_id: 5 }), 3),
  ];
  expect(collectChanges([...rows].reverse(), facts())).toEqual(collectChanges(rows, facts()));
});

test('what is not as it must be is a problem with its place', () => {
  const bad = vmRow(vm(), vm({ memory: 'much', tags: [5] }));
  const { problems } = collectChanges([bad, row('virtualization.vminterface', 31, nic(), nic({ untagged_vlan: 999 }))], facts());
  expect(problems.map(({ place }) => place)).toEqual([
    `changes[id=${bad.id + 1}].modified.untagged_vlan`,
    `changes[id=${bad.id}].modified.memory`,
    `changes[id=${bad.id}].modified.tags`,
  ]);
});

test('rows are read with their places; others than those of guests are left out', () => {
  const { changes, problems } = readStoredChanges([
    { id: 1, objectType: 'dcim.device', objectId: 1, action: 'update' },
    {
      id: 2,
      objectType: 'virtualization.virtualmachine',
      objectId: 7,
      objectRepr: 'web',
      action: 'delete',
      original: {},
      modified: null,
    },
    { id: 3, objectType: 'virtualization.virtualmachine', objectId: 'x', action: 'update', original: {}, modified: {} },
    { id: 4, objectType: 'virtualization.virtualmachine', objectId: 7, action: 'update', original: null, modified: {} },
    'nothing',
  ]);
  expect(changes.map(change => change.id)).toEqual([2]);
  expect(problems.map(({ place }) => place)).toEqual(['changes[2].objectId', 'changes[3].original', 'changes[4]']);
});

test('a device stands for its node', () => {
  const known = facts({ deviceNodes: new Map([[3, 'pve3']]) });
  expect(collectChanges([vmRow(null, vm({ device: 3 }, { proxmox_node: null }), 8)], known).changes).toMatchObject([
    { vm: { proxmox_node: 'pve3' } },
  ]);
  expect(collectChanges([vmRow(vm({ device: 1 }), vm({ device: 3 }))], known).changes).toMatchObject([
    { vm: { proxmox_node: { from: 'pve1', to: 'pve3' } } },
  ]);
  expect(collectChanges([vmRow(null, vm({ device: 3 }), 8)], known).changes).toMatchObject([{ vm: { proxmox_node: 'pve1' } }]);
});
