import { fromPosted, type PostedChange } from '../../../../domain/intent/changes/posted-change';

const ENDPOINT = '00000000-0000-4000-8000-000000000001';
const posted = (op: PostedChange['op'], payload: PostedChange['payload'], kind: PostedChange['kind'] = 'qemu'): PostedChange => ({
  op,
  kind,
  endpointId: ENDPOINT,
  netbox_id: 7,
  payload,
});

test('an update wishes for what was given, and nothing else', () => {
  expect(fromPosted(posted('update', { vmid: 100, cores: 4, memory_mib: 2048, tags: ['b', 'a', 'b'] }))).toEqual({
    op: 'update',
    guest: { netboxId: 7, name: 'guest 100', kind: 'qemu', vmid: 100, endpointId: ENDPOINT },
    vm: { vcpus: { to: 4 }, memory: { to: 2048 }, tags: { to: ['a', 'b'] } },
    interfaces: [],
    disks: [],
    secrets: {},
  });
});

test('a node that is given is a wish, so that a guest elsewhere is noticed', () => {
  const change = fromPosted(posted('update', { vmid: 100, node: 'pve1' }));
  expect(change).toMatchObject({ vm: { proxmox_node: { to: 'pve1' } } });
});

test('disks and cards of an update are changed, or added where it says so', () => {
  const change = fromPosted(
    posted('update', {
      vmid: 100,
      disks: [
        { key: 'scsi0', size_mib: 8192 },
        { key: 'scsi1', size_mib: 4096, storage: 'ceph', add: true },
      ],
      nics: [
        { key: 'net0', vlan: null, mac: 'bc:24:11:00:00:01' },
        { key: 'net1', bridge: 'vmbr1', addresses: ['192.0.2.5/24'], add: true },
      ],
    }),
  );
  expect(change).toMatchObject({
    disks: [
      { op: 'update', key: 'scsi0', changed: { size: { to: 8192 } } },
      { op: 'create', fields: { name: 'scsi1', size: 4096, description: 'Storage: ceph' } },
    ],
    interfaces: [
      { op: 'update', key: 'net0', changed: { vlan: { to: null }, mac: { to: 'BC:24:11:00:00:01' } } },
      { op: 'create', fields: { name: 'net1', bridge: 'vmbr1', addresses: ['192.0.2.5/24'] } },
    ],
  });
});

test('notes become the description and, where there is more than a line, the comments', () => {
  expect(fromPosted(posted('update', { vmid: 1, description: 'One line' }))).toMatchObject({
    vm: { description: { to: 'One line' }, comments: { to: '' } },
  });
  expect(fromPosted(posted('update', { vmid: 1, description: 'First\nsecond' }))).toMatchObject({
    vm: { description: { to: 'First' }, comments: { to: 'First\nsecond' } },
  });
});

test('a birth says nothing that was not given, and refers to its secret', () => {
  const change = fromPosted(
    posted('create', {
      name: 'new',
      node: 'pve1',
      password_secret: 'an-id',
      cloud_init: { ssh_keys: ['a', 'b'], network: { ip: 'dhcp' } },
    }),
  );
  expect(change).toMatchObject({
    op: 'create',
    guest: { name: 'new', vmid: null },
    vm: { name: 'new', proxmox_node: 'pve1', vcpus: null, cloud_init_ssh_keys: 'a\nb', cloud_init_network: '{"ip":"dhcp"}' },
    secrets: { password: 'an-id' },
  });
});

test('a delete is about the guest alone', () => {
  expect(fromPosted(posted('delete', { vmid: 100 }, 'lxc'))).toEqual({
    op: 'delete',
    guest: { netboxId: 7, name: 'guest 100', kind: 'lxc', vmid: 100, endpointId: ENDPOINT },
    originals: [],
  });
});
