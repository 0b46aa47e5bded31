import type { GuestCreate } from '../../../../domain/intent/changes/guest-change';
import type { Birth } from '../../../../domain/intent/plan/birth';
import { planCreate } from '../../../../domain/intent/plan/create';
import type { GuestPlan } from '../../../../domain/intent/plan/guest-plan';
import type { PlanOptions } from '../../../../domain/intent/plan/options';
import { observeGuest } from '../../../../domain/reflection/observe-guest';
import { defaultPolicy } from '../../../../domain/reflection/policy';
import { birth, create, lxc, MARK, newDisk, newInterface, options, qemu } from './support/changes';
import { ModelCluster, read, type ModelGuest } from './support/model';

const plan = (change: GuestCreate, given: Partial<Birth> = {}, set: Partial<PlanOptions> = {}): GuestPlan =>
  planCreate(change, birth(given), options(set));
const codes = (planned: GuestPlan): string[] => planned.refusals.map(({ code }) => code);
const container = (given: Parameters<typeof create>[0] = {}, parts: Parameters<typeof create>[1] = {}): GuestCreate =>
  create(given, { guest: { netboxId: 8, name: 'web-1', kind: 'lxc', vmid: null, endpointId: 'e1' }, ...parts });
const template = (raw: Record<string, string> = {}, given: Partial<ModelGuest> = {}) =>
  read(qemu({ template: '1', name: 'debian', ...raw }, { vmid: 900, ...given }));
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8x me@host';
const markLine = `<!-- proxbox-birth: ${MARK} -->`;

describe('a virtual machine from nothing', () => {
  test('is made in one call, and tagged in a second one', () => {
    const planned = plan(
      create(
        { tags: ['prod', 'web server'], description: 'a web server', proxmox_start_at_boot: true },
        {
          disks: [newDisk({ name: 'disk1', size: 8192 }, 41), newDisk({ name: 'scsi0', size: 4096 }, 42)],
          interfaces: [newInterface({ vlan: 20 })],
        },
      ),
      {},
      { pool: 'managed' },
    );
    expect(planned.refusals).toEqual([]);
    expect(planned.calls).toEqual([
      {
        step: 'create',
        method: 'POST',
        path: '/nodes/pve1/qemu',
        params: {
          agent: 'enabled=1',
          boot: 'order=scsi1;net0',
          cores: 2,
          description: `a web server\n\n${markLine}`,
          memory: 2048,
          name: 'web-1',
          net0: 'virtio,bridge=vmbr0,tag=20',
          onboot: 1,
          ostype: 'l26',
          pool: 'managed',
          scsi0: 'local-lvm:4',
          scsi1: 'local-lvm:8',
          scsihw: 'virtio-scsi-single',
          smbios1: `uuid=${MARK}`,
          sockets: 1,
          vmid: 200,
        },
        withDigest: false,
        startsTask: true,
      },
      {
        step: 'tag',
        method: 'PUT',
        path: '/nodes/pve1/qemu/200/config',
        params: { tags: 'prod' },
        withDigest: true,
        startsTask: false,
      },
    ]);
    expect(planned.links).toEqual([
      { kind: 'interface', netboxId: 31, key: 'net0' },
      { kind: 'virtual-disk', netboxId: 41, key: 'scsi1' },
      { kind: 'virtual-disk', netboxId: 42, key: 'scsi0' },
    ]);
    expect(planned.remarks).toMatchObject([{ field: 'tags' }]);
  });

  test('with an ISO and cloud-init has both drives', () => {
    const planned = plan(
      create(
        { proxmox_iso: 'local:iso/debian.iso', cloud_init_user: 'admin', cloud_init_ssh_keys: KEY },
        { interfaces: [newInterface({ addresses: ['10.0.0.5/24', '2001:db8::5/64'] })], secrets: { password: 'web-password' } },
      ),
    );
    expect(planned.calls[0]?.params).toMatchObject({
      ide2: 'local:iso/debian.iso,media=cdrom',
      ide0: 'local-lvm:cloudinit',
      boot: 'order=ide2;net0',
      ciuser: 'admin',
      sshkeys: encodeURIComponent(KEY),
      cipassword: { secret: 'web-password' },
      ipconfig0: 'ip=10.0.0.5/24,ip6=2001:db8::5/64',
    });
  });

  test('with a total of disk space alone has one disk', () => {
    expect(plan(create({ disk: 10240, proxmox_storage: 'ceph' })).calls[0]?.params).toMatchObject({ scsi0: 'ceph:10' });
  });

  test.each<[string, GuestCreate, Partial<PlanOptions>]>([
    ['name_invalid', create({ name: 'web_1 x' }), {}],
    ['vcpus_not_whole', create({ vcpus: 0.5 }), {}],
    ['memory_too_small', create({ memory: 4 }), {}],
    ['template_and_iso', create({ proxmox_template_vmid: 900, proxmox_iso: 'local:iso/x.iso' }), {}],
    ['nic_model_unknown', create({}, { interfaces: [newInterface({ model: 'e9000' })] }), {}],
    ['storage_missing', create({}, { disks: [newDisk()] }), { storage: null }],
    ['nic_bridge_missing', create({}, { interfaces: [newInterface({ bridge: null })] }), { bridge: null }],
    ['disk_key_taken', create({}, { disks: [newDisk({ name: 'scsi0' }), newDisk({ name: 'scsi0' })] }), {}],
    ['snippets_not_writable', create({ cloud_init_user_data: '#cloud-config\nruncmd: [ls]' }), {}],
    ['mtu_invalid', create({}, { interfaces: [newInterface({ mtu: 70_000 })] }), {}],
    ['ostemplate_missing', container(), {}],
  ])('%s is refused, and nothing is sent', (code, change, set) => {
    const planned = plan(change, {}, set);
    expect(codes(planned)).toEqual([code]);
    expect(planned.calls).toEqual([]);
  });
});

describe('a clone', () => {
  test('is a linked one of a template, then made what is wanted, then grown', () => {
    const planned = plan(
      create(
        { proxmox_template_vmid: 900, vcpus: 4, memory: 4096, tags: ['prod'] },
        { disks: [newDisk({ name: 'scsi0', size: 65536 })], interfaces: [newInterface({ vlan: 20 })] },
      ),
      { template: template({ protection: '1', tags: 'old' }) },
    );
    expect(planned.refusals).toEqual([]);
    expect(planned.calls.map(({ step, method, path, params }) => ({ step, method, path, params }))).toEqual([
      {
        step: 'clone',
        method: 'POST',
        path: '/nodes/pve1/qemu/900/clone',
        params: { newid: 200, name: 'web-1', full: 0, description: markLine },
      },
      {
        step: 'configure',
        method: 'POST',
        path: '/nodes/pve1/qemu/200/config',
        params: { cores: 4, memory: 4096, net0: 'virtio,bridge=vmbr0,firewall=1,tag=20', tags: 'prod', delete: 'protection' },
      },
      { step: 'resize', method: 'PUT', path: '/nodes/pve1/qemu/200/resize', params: { disk: 'scsi0', size: '67108864K' } },
    ]);
  });

  test('is a full one where the settings, another storage or a guest that is no template ask for it', () => {
    const change = create({ proxmox_template_vmid: 900 });
    expect(plan(change, { template: template() }, { fullClone: true }).calls[0]?.params).toMatchObject({ full: 1 });
    expect(
      plan(create({ proxmox_template_vmid: 900, proxmox_storage: 'ceph' }), { template: template() }).calls[0]?.params,
    ).toMatchObject({ full: 1, storage: 'ceph' });
    expect(plan(change, { template: template({ template: '0' }) }).calls[0]?.params).toMatchObject({ full: 1 });
    expect(plan(change, { template: template({}, { node: 'pve2' }) }).calls[0]).toMatchObject({
      path: '/nodes/pve2/qemu/900/clone',
      params: { target: 'pve1' },
    });
  });

  test('one disk of another name is the one that the template has; smaller is refused', () => {
    const named = plan(create({ proxmox_template_vmid: 900 }, { disks: [newDisk({ name: 'system', size: 40960 }, 44)] }), {
      template: template(),
    });
    expect(named.calls.at(-1)?.params).toEqual({ disk: 'scsi0', size: `${40960 * 1024}K` });
    expect(named.links).toEqual([{ kind: 'virtual-disk', netboxId: 44, key: 'scsi0' }]);
    expect(codes(plan(create({}, { disks: [newDisk({ size: 1024 })] }), { template: template() }))).toEqual(['disk_shrink']);
  });

  test('gets cloud-init with the drive of its template, or with one of its own', () => {
    const change = create({ cloud_init_user: 'admin', cloud_init_network: 'ip=dhcp' });
    const set = (planned: GuestPlan) => planned.calls[1]?.params;
    expect(set(plan(change, { template: template({ ide2: 'local-lvm:vm-900-cloudinit,media=cdrom' }) }))).toEqual({
      ciuser: 'admin',
      cores: 2,
      ipconfig0: 'ip=dhcp',
      memory: 2048,
    });
    expect(set(plan(change, { template: template() }))).toMatchObject({ ide2: 'local-lvm:cloudinit' });
  });
});

test('a container comes from an archive, with its keys and addresses', () => {
  const planned = plan(
    container(
      { proxmox_ostemplate: 'local:vztmpl/debian.tar.zst', cloud_init_ssh_keys: KEY, tags: ['prod'] },
      {
        disks: [
          newDisk({ name: 'rootfs', size: 8192 }, 41),
          newDisk({ name: 'data', size: 4096, description: 'Path: /data' }, 42),
        ],
        interfaces: [newInterface({ name: 'eth0', mac: 'BC:24:11:00:00:09', addresses: ['10.0.0.5/24'] })],
        secrets: { password: 'root-password' },
      },
    ),
  );
  expect(planned.calls).toMatchObject([
    {
      path: '/nodes/pve1/lxc',
      params: {
        vmid: 200,
        hostname: 'web-1',
        ostemplate: 'local:vztmpl/debian.tar.zst',
        cores: 2,
        memory: 2048,
        unprivileged: 1,
        rootfs: 'local-lvm:8',
        mp0: 'local-lvm:4,mp=/data',
        net0: 'name=eth0,hwaddr=BC:24:11:00:00:09,type=veth,bridge=vmbr0,ip=10.0.0.5/24',
        'ssh-public-keys': KEY,
        password: { secret: 'root-password' },
        description: markLine,
      },
    },
    { path: '/nodes/pve1/lxc/200/config', params: { tags: 'prod' } },
  ]);
});

test('the guests that the calls make are those that are wanted', () => {
  const cluster = new ModelCluster(qemu({ template: '1', name: 'debian', tags: 'old' }, { vmid: 900 }));
  const parts = { disks: [newDisk({ name: 'scsi0', size: 40960 })], interfaces: [newInterface({ vlan: 7 })] };
  cluster.make(plan(create({ vcpus: 3, tags: ['prod'] }, parts)).calls);
  cluster.make(plan(create({ vcpus: 3, tags: ['prod'] }, parts), { vmid: 201, template: cluster.live(900) }).calls);
  cluster.make(
    plan(
      container(
        { vcpus: 3, tags: ['prod'], proxmox_ostemplate: 'local:vztmpl/x' },
        { ...parts, disks: [newDisk({ name: 'rootfs', size: 40960 })] },
      ),
      { vmid: 202 },
    ).calls,
  );
  for (const vmid of [200, 201, 202]) {
    const { config } = cluster.live(vmid);
    expect(config).toMatchObject({ name: 'web-1', cores: 3, memoryMib: 2048, tags: ['prod'], template: false });
    expect(config.nics).toMatchObject([{ bridge: 'vmbr0', tag: 7 }]);
    expect(config.disks[0]?.sizeBytes).toBe(40960 * 1024 ** 2);
    expect(config.description).toBe(markLine);
  }
});

test.each([
  [{ model: 'e1000' }, 'e1000,bridge=vmbr0,firewall=1'],
  [{ model: 'e1000', mac: 'BC:24:11:00:00:09' }, 'e1000=BC:24:11:00:00:09,bridge=vmbr0,firewall=1'],
  [{ mac: 'BC:24:11:00:00:09' }, 'virtio=BC:24:11:00:00:09,bridge=vmbr0,firewall=1'],
  [{ model: 'virtio', vlan: 10 }, undefined],
])('the card of a clone with %j', (fields, net0) => {
  const change = create({ proxmox_template_vmid: 900 }, { interfaces: [newInterface(fields)] });
  expect(plan(change, { template: template() }).calls[1]?.params['net0']).toBe(net0);
});

test('a new card is of the model that is asked for', () => {
  const planned = plan(create({}, { interfaces: [newInterface({ model: 'vmxnet3', mac: 'BC:24:11:00:00:09' })] }));
  expect(planned.calls[0]?.params['net0']).toBe('vmxnet3=BC:24:11:00:00:09,bridge=vmbr0');
});

test('what a cloned container cannot be given is said; its addresses are', () => {
  const source = read(lxc({ template: '1' }, { vmid: 901 }));
  const planned = plan(
    container(
      { proxmox_template_vmid: 901, cloud_init_ssh_keys: KEY },
      { interfaces: [newInterface({ addresses: ['192.0.2.9/24', '2001:db8::9/64'] })] },
    ),
    { template: source },
  );
  expect(planned.calls[1]?.params['net0']).toMatch(/ip=192\.0\.2\.9\/24.*ip6=2001:db8::9\/64/);
  expect(planned.remarks).toMatchObject([{ field: 'proxmox_template_vmid', message: expect.stringContaining('SSH keys') }]);
  const both = container({ proxmox_template_vmid: 901, proxmox_ostemplate: 'local:vztmpl/x' });
  expect(codes(plan(both, { template: source }))).toEqual(['template_and_iso']);
});

test('a container of a template is a clone of it', () => {
  const source = read(lxc({ template: '1' }, { vmid: 901 }));
  const planned = plan(container({ proxmox_template_vmid: 901, memory: 1024 }), { template: source });
  expect(planned.calls).toMatchObject([
    { path: '/nodes/pve1/lxc/901/clone', params: { hostname: 'web-1' } },
    { path: '/nodes/pve1/lxc/200/config', params: { memory: 1024 } },
  ]);
});

test('what we keep in a description is no note that reflection shows', () => {
  const cluster = new ModelCluster();
  cluster.make(plan(create({ description: 'a web server', role: 3 }), {}, { embedMetadata: true }).calls);
  const live = cluster.live(200);
  expect(live.config.description).toContain('netbox-metadata');
  expect(observeGuest(live.config, live, { told: false }, defaultPolicy).notes).toBe('a web server');
});
