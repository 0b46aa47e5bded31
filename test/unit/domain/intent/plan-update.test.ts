import { planUpdate } from '../../../../domain/intent/plan/update';
import { isEmptyPlan, type GuestPlan } from '../../../../domain/intent/plan/guest-plan';
import type { GuestUpdate } from '../../../../domain/intent/changes/guest-change';
import type { PlanOptions } from '../../../../domain/intent/plan/options';
import { changedDisk, changedInterface, lxc, newDisk, newInterface, options, qemu, update } from './support/changes';
import { ModelCluster, read, type ModelGuest } from './support/model';

const plan = (change: GuestUpdate, guest: ModelGuest = qemu(), given: Partial<PlanOptions> = {}): GuestPlan =>
  planUpdate(change, read(guest), null, options(given));

const params = (planned: GuestPlan): Record<string, unknown> => Object.assign({}, ...planned.calls.map(call => call.params));
const codes = (planned: GuestPlan): string[] => planned.refusals.map(({ code }) => code);

test('cores alone change exactly that key, with the digest', () => {
  const planned = plan(update({ vcpus: { from: 2, to: 4 } }));
  expect(planned.calls).toEqual([
    {
      step: 'configure',
      method: 'PUT',
      path: '/nodes/pve1/qemu/100/config',
      params: { cores: 4 },
      withDigest: true,
      startsTask: false,
    },
  ]);
  expect(planned.fields).toEqual([{ field: 'vcpus', from: 2, to: 4 }]);
});

test('a value that the guest has already is no change', () => {
  expect(
    isEmptyPlan(plan(update({ vcpus: { from: 4, to: 2 }, memory: { from: 1, to: 2048 }, name: { from: 'x', to: 'web-1' } }))),
  ).toBe(true);
});

test('the sockets of a virtual machine stay, and CPUs that do not divide by them are refused', () => {
  const twoSockets = qemu({ sockets: '2' });
  expect(params(plan(update({ vcpus: { to: 8 } }), twoSockets))).toEqual({ cores: 4 });
  const odd = plan(update({ vcpus: { to: 5 } }), twoSockets);
  expect(codes(odd)).toEqual(['vcpus_not_divisible']);
  expect(odd.calls).toEqual([]);
  expect(codes(plan(update({ vcpus: { to: 1.5 } })))).toEqual(['vcpus_not_whole']);
});

test('CPUs that were plugged in do not stay more than there are', () => {
  expect(params(plan(update({ vcpus: { to: 2 } }), qemu({ cores: '4', vcpus: '4' })))).toEqual({ cores: 2, vcpus: 2 });
});

test('memory: one MB is one MiB, and less than Proxmox can do is refused', () => {
  expect(params(plan(update({ memory: { to: 4096 } })))).toEqual({ memory: 4096 });
  expect(codes(plan(update({ memory: { to: 8 } })))).toEqual(['memory_too_small']);
  expect(params(plan(update({ memory: { to: 1024 } }), qemu({ balloon: '2048' })))).toEqual({ memory: 1024, balloon: 1024 });
});

test('a container gets its host name, cores and memory', () => {
  const planned = plan(update({ name: { to: 'db-1' }, vcpus: { to: 4 }, memory: { to: 512 } }), lxc());
  expect(planned.calls).toEqual([
    {
      step: 'configure',
      method: 'PUT',
      path: '/nodes/pve1/lxc/100/config',
      params: { cores: 4, hostname: 'db-1', memory: 512 },
      withDigest: true,
      startsTask: false,
    },
  ]);
});

test('a name that reflection numbered or cut is the guest’s own', () => {
  expect(isEmptyPlan(plan(update({ name: { from: 'web-1', to: 'web-1 (2)' } })))).toBe(true);
  expect(codes(plan(update({ name: { to: 'web server' } })))).toEqual(['name_invalid']);
});

describe('where and what a guest is', () => {
  test.each([
    ['node_changed', { proxmox_node: { from: 'pve1', to: 'pve2' } }],
    ['vmid_changed', { proxmox_vm_id: { from: 100, to: 101 } }],
    ['kind_changed', { proxmox_vm_type: { from: 'qemu', to: 'lxc' } }],
    ['cluster_changed', { cluster: { from: 1, to: 2 } }],
    ['cluster_changed', { proxbox_endpoint: { from: 'e1', to: 'e2' } }],
  ] as const)('%s is refused, with everything else of the guest', (code, vm) => {
    const planned = plan(update({ ...vm, memory: { to: 4096 } }));
    expect(codes(planned)).toEqual([code]);
    expect(planned.calls).toEqual([]);
  });
});

describe('disks', () => {
  test('grow to an absolute size, after everything else', () => {
    const planned = plan(update({ memory: { to: 4096 } }, { disks: [changedDisk({ size: { from: 32768, to: 40960 } })] }));
    expect(planned.calls.map(({ step, params: given }) => [step, given])).toEqual([
      ['configure', { memory: 4096 }],
      ['resize', { disk: 'scsi0', size: `${40960 * 1024}K` }],
    ]);
    expect(planned.calls[1]).toMatchObject({ withDigest: true, startsTask: true });
  });

  test('are never shrunk, removed, or taken for one that is not there', () => {
    expect(codes(plan(update({}, { disks: [changedDisk({ size: { to: 16384 } })] })))).toEqual(['disk_shrink']);
    expect(codes(plan(update({}, { disks: [{ op: 'delete', netboxId: 41, name: 'scsi0', key: 'scsi0' }] })))).toEqual([
      'disk_removed',
    ]);
    expect(codes(plan(update({}, { disks: [changedDisk({ size: { to: 99999 } }, 'scsi5')] })))).toEqual(['disk_unknown']);
  });

  test('are added under a free key, and linked to their NetBox object', () => {
    const planned = plan(update({}, { disks: [newDisk({ name: 'data', size: 1000, description: 'Storage: ceph' }, 42)] }));
    expect(planned.calls).toMatchObject([{ method: 'POST', params: { scsi1: 'ceph:0.9765625' }, startsTask: true }]);
    expect(planned.links).toEqual([{ kind: 'virtual-disk', netboxId: 42, key: 'scsi1' }]);
    expect(codes(plan(update({}, { disks: [newDisk({ name: 'scsi0' })] })))).toEqual(['disk_key_taken']);
    expect(codes(plan(update({}, { disks: [newDisk({ name: 'scsi3' })] }), qemu(), { storage: null }))).toEqual([
      'storage_missing',
    ]);
  });
});

describe('cards', () => {
  test('are changed in place: model, MAC address and everything else stay', () => {
    const change = changedInterface({ vlan: { from: 10, to: 20 }, bridge: { to: 'vmbr1' }, enabled: { to: false } });
    expect(params(plan(update({}, { interfaces: [change] })))).toEqual({
      net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1,tag=20,link_down=1',
    });
  });

  test('lose a VLAN, and get a trunk', () => {
    const change = changedInterface({ vlan: { from: 10, to: null }, trunks: { to: [30, 40] } });
    expect(params(plan(update({}, { interfaces: [change] })))).toEqual({
      net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,trunks=30;40',
    });
  });

  test('keep their MAC address', () => {
    expect(codes(plan(update({}, { interfaces: [changedInterface({ mac: { to: 'BC:24:11:00:00:99' } })] })))).toEqual([
      'mac_changed',
    ]);
    expect(isEmptyPlan(plan(update({}, { interfaces: [changedInterface({ mac: { to: 'bc:24:11:00:00:01' } })] })))).toBe(true);
  });

  test('keep their model', () => {
    const to = (model: string) => plan(update({}, { interfaces: [changedInterface({ model: { to: model } })] }));
    expect(codes(to('e1000'))).toEqual(['nic_model_changed']);
    expect(isEmptyPlan(to('virtio'))).toBe(true);
  });

  test('are added, not removed', () => {
    const added = plan(update({}, { interfaces: [newInterface({ name: 'dmz', vlan: 30, mac: 'BC:24:11:00:00:77' }, 33)] }));
    expect(added.calls).toMatchObject([{ method: 'POST', params: { net1: 'virtio=BC:24:11:00:00:77,bridge=vmbr0,tag=30' } }]);
    expect(added.links).toEqual([{ kind: 'interface', netboxId: 33, key: 'net1' }]);
    expect(codes(plan(update({}, { interfaces: [{ op: 'delete', netboxId: 31, name: 'net0', key: 'net0' }] })))).toEqual([
      'nic_removed',
    ]);
    expect(codes(plan(update({}, { interfaces: [newInterface({ name: 'net1', mac: '01:00:5E:00:00:01' })] })))).toEqual([
      'mac_invalid',
    ]);
    expect(
      codes(plan(update({}, { interfaces: [newInterface({ name: 'net1', bridge: null })] }), qemu(), { bridge: null })),
    ).toEqual(['nic_bridge_missing']);
  });

  test('a container’s static address is replaced, and its gateway stays', () => {
    const change = changedInterface({ addresses: { from: ['10.0.0.5/24'], to: ['10.0.0.6/24'] } });
    expect(params(plan(update({}, { interfaces: [change] }), lxc()))).toEqual({
      net0: 'name=eth0,bridge=vmbr0,gw=10.0.0.1,hwaddr=BC:24:11:00:00:02,ip=10.0.0.6/24,type=veth',
    });
    const asked = plan(
      update({}, { interfaces: [change] }),
      lxc({ net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,ip=dhcp' }),
    );
    expect(asked.calls).toEqual([]);
    expect(asked.remarks).toMatchObject([{ field: 'interfaces.net0.addresses' }]);
  });

  test('a virtual machine’s cloud-init address is replaced', () => {
    const change = changedInterface({ addresses: { from: ['10.0.0.5/24'], to: ['10.0.0.6/24'] } });
    expect(params(plan(update({}, { interfaces: [change] }), qemu({ ipconfig0: 'gw=10.0.0.1,ip=10.0.0.5/24' })))).toEqual({
      ipconfig0: 'gw=10.0.0.1,ip=10.0.0.6/24',
    });
  });
});

describe('tags', () => {
  const tagged = qemu({ tags: 'keep;old;proxbox-pending-deletion' });

  test('are merged: what the change did not touch stays, our marks always', () => {
    expect(params(plan(update({ tags: { from: ['old'], to: ['new'] } }), tagged))).toEqual({
      tags: 'keep;proxbox-pending-deletion;new',
    });
    expect(params(plan(update({ tags: { from: ['keep', 'old', 'proxbox-pending-deletion'], to: [] } }), tagged))).toEqual({
      tags: 'proxbox-pending-deletion',
    });
    expect(params(plan(update({ tags: { from: ['keep', 'old'], to: [] } }), qemu({ tags: 'keep;old' })))).toEqual({
      delete: 'tags',
    });
  });

  test('that Proxmox refuses are listed, and our own of NetBox are not pushed', () => {
    const planned = plan(
      update({ tags: { from: [], to: ['Proxbox', 'Proxbox: Discovered QEMU VM', 'web server', 'prod', 'proxbox-destroying'] } }),
    );
    expect(params(planned)).toEqual({ tags: 'prod' });
    expect(planned.remarks.map(({ message }) => /"(.*?)"/.exec(message)?.[1]).sort()).toEqual([
      'proxbox-destroying',
      'web server',
    ]);
  });

  test('go by the setting', () => {
    const change = update({ tags: { from: [], to: ['web server'] } });
    expect(params(plan(change, qemu(), { tags: 'slugs' }))).toEqual({ tags: 'web-server' });
    expect(isEmptyPlan(plan(update({ tags: { from: [], to: ['prod'] } }), qemu(), { tags: 'none' }))).toBe(true);
  });

  test('whose slug in NetBox is another one would come back as another tag', () => {
    const planned = plan(update({ tags: { from: [], to: ['v1.2'] } }), qemu(), { tagSlugs: new Map([['v1.2', 'v12']]) });
    expect(planned.calls).toEqual([]);
    expect(planned.remarks).toMatchObject([{ field: 'tags' }]);
  });
});

describe('notes', () => {
  const noted = qemu({ description: `first\nsecond\n\n<!-- proxbox-birth: 11111111-2222-4333-8444-555555555555 -->` });

  test('the description is the first line, and the birth mark stays', () => {
    expect(params(plan(update({ description: { from: 'first', to: 'new' } }), noted))).toEqual({
      description: `new\nsecond\n\n<!-- proxbox-birth: 11111111-2222-4333-8444-555555555555 -->`,
    });
  });

  test('the sentence that reflection writes where there is none is no description', () => {
    expect(isEmptyPlan(plan(update({ description: { to: 'Synced from Proxmox node pve1' } })))).toBe(true);
  });

  test('NetBox ids stand in a block where the setting says so', () => {
    const planned = plan(update({ role: { from: null, to: 3 }, description: { to: 'x' } }), qemu(), { embedMetadata: true });
    expect(params(planned)).toEqual({ description: 'x\n\n```netbox-metadata\n{\n  "role": 3\n}\n```' });
    expect(isEmptyPlan(plan(update({ role: { from: null, to: 3 } })))).toBe(true);
  });

  test('that are too long for Proxmox are refused', () => {
    expect(codes(plan(update({ comments: { to: `a\n${'x'.repeat(9000)}` } })))).toEqual(['description_too_long']);
  });
});

describe('cloud-init', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8x me@host';

  test('keys are sent percent-encoded, and compared decoded', () => {
    const change = update({ cloud_init_ssh_keys: { to: `${key}\n` }, cloud_init_user: { to: 'admin' } });
    const bare = qemu({ ide2: 'local-lvm:vm-100-cloudinit,media=cdrom' });
    expect(params(plan(change, bare))).toEqual({ ciuser: 'admin', sshkeys: encodeURIComponent(key) });
    const same = qemu({
      ide2: 'local-lvm:vm-100-cloudinit,media=cdrom',
      ciuser: 'admin',
      sshkeys: encodeURIComponent(`${key}\n`),
    });
    expect(isEmptyPlan(plan(change, same))).toBe(true);
  });

  test('a guest without its drive gets one', () => {
    expect(params(plan(update({ cloud_init_user: { to: 'admin' } })))).toEqual({ ciuser: 'admin', ide2: 'local-lvm:cloudinit' });
  });

  test('the network is compared as properties', () => {
    const change = update({
      cloud_init_network: { to: '{"ip": "10.0.0.5", "cidr": 24, "gateway": "10.0.0.1", "dns_servers": ["1.1.1.1"]}' },
    });
    const drive = { ide2: 'local-lvm:vm-100-cloudinit,media=cdrom' };
    expect(params(plan(change, qemu(drive)))).toEqual({ ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1', nameserver: '1.1.1.1' });
    expect(isEmptyPlan(plan(change, qemu({ ...drive, ipconfig0: 'gw=10.0.0.1,ip=10.0.0.5/24', nameserver: '1.1.1.1' })))).toBe(
      true,
    );
  });

  test('a key that one field sets is not deleted for another', () => {
    const change = update({
      cloud_init_network: { to: '{"ip":"dhcp","search_domain":"example.org"}' },
      proxmox_search_domain: { from: 'old.org', to: null },
    });
    const guest = qemu({ ide2: 'local-lvm:vm-100-cloudinit,media=cdrom', searchdomain: 'old.org' });
    expect(params(plan(change, guest))).toEqual({ ipconfig0: 'ip=dhcp', searchdomain: 'example.org' });
    const made = qemu({ ide2: 'local-lvm:vm-100-cloudinit,media=cdrom', ipconfig0: 'ip=dhcp', searchdomain: 'example.org' });
    expect(isEmptyPlan(plan(change, made))).toBe(true);
  });

  test('user data are a volume, or a file that can be written', () => {
    const drive = qemu({ ide2: 'local-lvm:vm-100-cloudinit,media=cdrom' });
    expect(params(plan(update({ cloud_init_user_data: { to: 'local:snippets/web.yaml' } }), drive))).toEqual({
      cicustom: 'user=local:snippets/web.yaml',
    });
    const document = update({ cloud_init_user_data: { to: '#cloud-config\npackages: [vim]\n' } });
    expect(codes(plan(document, drive))).toEqual(['snippets_not_writable']);
    const written = plan(document, drive, { snippets: { storage: 'nfs', problem: null } });
    expect(written.files).toMatchObject([{ field: 'cloud_init_user_data' }]);
    expect(params(written)).toEqual({ cicustom: `user=${written.files[0]?.volume}` });
    expect(JSON.stringify(written)).not.toContain('vim');
  });

  test.each([
    [{ cloud_init_user_data: { to: '#cloud-config\nfoo: [' } }],
    [{ cloud_init_user_data: { to: 'packages: [vim]' } }],
    [{ cloud_init_network: { to: '{"gw": "10.0.0.1"}' } }],
    [{ cloud_init_network: { to: '{"ip": "10.0.0.300/24"}' } }],
    [{ cloud_init_ssh_keys: { to: 'not a key' } }],
  ])('what cannot be used is refused: %j', vm => {
    expect(
      codes(
        plan(update(vm), qemu({ ide2: 'local-lvm:vm-100-cloudinit,media=cdrom' }), {
          snippets: { storage: 'nfs', problem: null },
        }),
      ),
    ).toEqual(['cloud_init_invalid']);
  });

  test('without a place for its drive cloud-init is refused', () => {
    const taken = Object.fromEntries(['ide0', 'ide1', 'ide2', 'ide3', 'sata4', 'sata5'].map(key => [key, 'none,media=cdrom']));
    expect(codes(plan(update({ cloud_init_user: { to: 'ops' } }), qemu(taken)))).toEqual(['cloud_init_drive_missing']);
  });

  test('a password is a reference to a stored secret', () => {
    const planned = plan(update({}, { secrets: { password: 'web-password' } }));
    expect(params(planned)).toEqual({ cipassword: { secret: 'web-password' } });
  });
});

describe('keys that need a stopped guest', () => {
  test('are named', () => {
    const change = update(
      { vcpus: { to: 4 }, memory: { to: 4096 }, tags: { from: [], to: ['new'] } },
      { disks: [changedDisk({ size: { to: 40960 } })] },
    );
    expect(plan(change).offlineKeys).toEqual(['cores', 'memory']);
    expect(plan(change, lxc()).offlineKeys).toEqual([]);
    expect(plan(change, qemu({ hotplug: 'network,disk,usb,memory', numa: '1' })).offlineKeys).toEqual(['cores']);
    expect(plan(update({}, { interfaces: [changedInterface({ mtu: { to: 9000 } })] })).offlineKeys).toEqual(['net0']);
    expect(plan(update({}, { interfaces: [changedInterface({ vlan: { to: 30 } })] })).offlineKeys).toEqual([]);
  });
});

test('other differences are shown as drift and not applied', () => {
  const netbox = {
    vm: { memory: 1024, vcpus: 4, name: 'web-1' },
    interfaces: [{ key: 'net0', name: 'net0', vlan: 99 }],
    disks: [{ key: 'scsi0', name: 'scsi0', size: 40960 }],
  };
  const planned = planUpdate(update({ vcpus: { to: 4 } }), read(qemu()), netbox, options());
  expect(planned.calls.map(call => call.params)).toEqual([{ cores: 4 }]);
  expect(planned.drift).toEqual([
    { field: 'memory', from: 2048, to: 1024 },
    { field: 'interfaces.net0.vlan', from: 10, to: 99 },
    { field: 'disks.scsi0.size', from: 32768, to: 40960 },
  ]);
});

test('a status is no change of a guest', () => {
  const planned = plan(update({ status: { from: 'active', to: 'offline' } }));
  expect(planned.calls).toEqual([]);
  expect(planned.remarks).toMatchObject([{ field: 'status' }]);
});

test('after the calls the same change is none', () => {
  const change = update(
    { name: { to: 'db-1' }, vcpus: { to: 4 }, memory: { to: 4096 }, tags: { from: [], to: ['x'] }, comments: { to: 'one\ntwo' } },
    { interfaces: [changedInterface({ vlan: { to: 30 } })], disks: [changedDisk({ size: { to: 40000 } })] },
  );
  for (const guest of [qemu(), lxc({ scsi0: '' })]) {
    const given = guest.kind === 'lxc' ? { ...change, disks: [changedDisk({ size: { to: 40000 } }, 'rootfs')] } : change;
    const cluster = new ModelCluster(guest);
    cluster.make(planUpdate(given, cluster.live(100), null, options()).calls);
    const again = planUpdate(given, cluster.live(100), null, options());
    expect({ fields: again.fields, calls: again.calls, refusals: again.refusals }).toEqual({
      fields: [],
      calls: [],
      refusals: [],
    });
  }
});
