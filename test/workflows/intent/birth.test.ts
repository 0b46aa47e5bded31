import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startIntentLab, type Diff, type IntentLab, type IntentRun } from './support/intent-lab';

jest.setTimeout(180_000);

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMRcYzGTyWkBYnWCzTJTlTBsJqLFrN5k8LsPW5NjnZmb me@host';
const ISO = 'local:iso/debian-13.2.0-amd64-netinst.iso';
const ARCHIVE = 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst';
const policy = { intent_storage: 'ceph', intent_bridge: 'vmbr0', intent_vmid_from: 500, intent_vmid_to: 599 };

let lab: IntentLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startIntentLab();
  await lab.switchIntent(true);
  const template = (vmid: number, config: Record<string, string | number>) =>
    vm(vmid, `golden-${vmid}`, { power: 'stopped', node: 'rho-01', config: { template: 1, ...config } });
  const root = {
    rootfs: 'ceph:base-902-disk-0,size=4G',
    net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:09:02,ip=dhcp,type=veth',
  };
  cluster = await lab.writable(
    'rho',
    [
      template(900, {
        scsi0: 'ceph:base-900-disk-0,size=4G',
        ide2: 'ceph:vm-900-cloudinit,media=cdrom',
        net0: 'virtio=BC:24:11:00:09:00,bridge=vmbr0,firewall=1',
        sockets: 2,
        cores: 1,
        protection: 1,
        onboot: 1,
        tags: 'golden',
        description: 'Made by hand',
      }),
      {
        vmid: 902,
        kind: 'lxc',
        power: 'stopped',
        node: 'rho-01',
        config: { hostname: 'golden-ct', memory: 512, ostype: 'debian', template: 1, ...root },
      },
    ],
    { fields: { policy } },
  );
});
afterAll(() => lab.stop());

const create = (kind: string, payload: Record<string, unknown>): Diff => ({ op: 'create', kind, payload });
/** Makes one guest, and gives it as it then is. */
async function made(diff: Diff): Promise<{ vmid: number; node: string; config: Record<string, unknown>; run: IntentRun }> {
  const run = await lab.apply(cluster, [diff]);
  expect({ state: run.state, ends: run.intent.results }).toMatchObject({ state: 'completed', ends: [{ state: 'applied' }] });
  const vmid = run.intent.results[0]?.vmid ?? 0;
  const { node, config } = cluster.proxmox.world.guest(vmid);
  return { vmid, node, config, run };
}
const markIn = ({ description }: Record<string, unknown>): string =>
  /<!-- proxbox-birth: ([0-9a-f-]{36}) -->/.exec(String(description))?.[1] ?? 'no mark';

test('a virtual machine from nothing has all that was asked for', async () => {
  const { vmid, node, config } = await made(
    create('qemu', {
      name: 'everything',
      node: 'rho-02',
      cores: 6,
      memory_mib: 3000,
      tags: ['Green', 'red'],
      description: 'Front end\nsecond line',
      start_at_boot: true,
      qemu_agent: false,
      disks: [
        { key: 'scsi0', size_mib: 4096 },
        { key: 'virtio1', size_mib: 1536, storage: 'local-lvm' },
      ],
      nics: [
        { key: 'net0', bridge: 'vmbr1', vlan: 30, mac: 'bc:24:11:aa:00:01', model: 'e1000', addresses: ['192.0.2.5/24'] },
        { key: 'net1', trunks: [10, 20], mtu: 1400, enabled: false },
      ],
      cloud_init: { user: 'ops', ssh_keys: [KEY] },
      password: 'a-secret-password',
    }),
  );
  expect(vmid).toBeGreaterThanOrEqual(500);
  expect(node).toBe('rho-02');
  expect(config).toMatchObject({
    name: 'everything',
    cores: 6,
    sockets: 1,
    memory: '3000',
    tags: 'green;red',
    onboot: 1,
    ciuser: 'ops',
    sshkeys: encodeURIComponent(KEY),
    ipconfig0: 'ip=192.0.2.5/24',
    boot: 'order=scsi0;net0',
    agent: 'enabled=0',
    net0: 'e1000=BC:24:11:AA:00:01,bridge=vmbr1,tag=30',
  });
  expect(config['net1']).toMatch(/^virtio=[0-9A-F:]{17},bridge=vmbr0,link_down=1,mtu=1400,trunks=10;20$/);
  expect(config['scsi0']).toMatch(/^ceph:.*size=4G/);
  expect(config['virtio1']).toMatch(/^local-lvm:.*size=1536M/);
  expect(config['ide2']).toMatch(/^ceph:.*cloudinit.*media=cdrom/);
  expect(config['cipassword']).toBeDefined();
  expect(String(config['description'])).toMatch(/^Front end\nsecond line\n\n<!-- proxbox-birth/);
  expect(config['smbios1']).toContain(markIn(config));
});

test('one with an ISO starts from its disk, then from the ISO', async () => {
  const { config } = await made(
    create('qemu', {
      name: 'from-iso',
      node: 'rho-01',
      iso: ISO,
      disks: [{ key: 'scsi0', size_mib: 4096 }],
      nics: [{ key: 'net0' }],
      cloud_init: { network: { ip: 'dhcp' } },
    }),
  );
  expect(config['ide2']).toContain(`${ISO},media=cdrom`);
  expect(config).toMatchObject({ boot: 'order=scsi0;ide2;net0', ipconfig0: 'ip=dhcp' });
  expect(config['ide0']).toContain('cloudinit');
});

test('a linked clone is its own guest: name, cards, protection, tags, start and notes are not those of its template', async () => {
  const { config, node } = await made(
    create('qemu', {
      name: 'linked',
      template_vmid: 900,
      cores: 4,
      disks: [{ key: 'scsi0', size_mib: 6144 }],
      nics: [{ key: 'net0' }],
    }),
  );
  expect(node).toBe('rho-01');
  expect(config).toMatchObject({ name: 'linked', sockets: 2, cores: 2, onboot: 0 });
  expect(config['protection']).toBeUndefined();
  expect(config['tags']).toBeUndefined();
  expect(config['template']).toBeUndefined();
  expect(config['net0']).toMatch(/^virtio=[0-9A-F:]{17},bridge=vmbr0,firewall=1$/);
  expect(config['net0']).not.toContain('BC:24:11:00:09:00');
  expect(config['scsi0']).toMatch(/^ceph:base-900-disk-0\/.*size=6G/);
  expect(String(config['description'])).not.toContain('Made by hand');
});

test('a clone on another storage is a full one', async () => {
  const { config } = await made(create('qemu', { name: 'full', template_vmid: 900, storage: 'local-lvm', cores: 2 }));
  expect(config['scsi0']).toMatch(/^local-lvm:(?!base)/);
});

test('a container from an archive has its disks, addresses, tags and notes', async () => {
  const { vmid, config } = await made(
    create('lxc', {
      name: 'ct',
      node: 'rho-01',
      ostemplate: ARCHIVE,
      cores: 3,
      memory_mib: 768,
      swap: 256,
      tags: ['blue'],
      description: 'A container',
      start_at_boot: true,
      unprivileged: false,
      disks: [
        { key: 'rootfs', size_mib: 2560 },
        { key: 'mp0', size_mib: 1024, storage: 'tank' },
      ],
      nics: [{ key: 'net0', vlan: 40, mac: 'BC:24:11:AA:00:02', addresses: ['192.0.2.20/24', '2001:db8::20/64'] }],
      cloud_init: { ssh_keys: [KEY] },
    }),
  );
  expect(config).toMatchObject({ hostname: 'ct', cores: 3, memory: 768, swap: 256, tags: 'blue', onboot: 1 });
  expect(config['unprivileged'] ?? 0).toBe(0);
  expect(config['rootfs']).toMatch(/^ceph:.*size=2560M/);
  expect(config['mp0']).toMatch(/^tank:.*mp=\/mnt\/mp0.*size=1G/);
  expect(config['net0']).toMatch(/hwaddr=BC:24:11:AA:00:02/);
  expect(config['net0']).toMatch(/ip=192\.0\.2\.20\/24.*ip6=2001:db8::20\/64.*tag=40/);
  expect(markIn(config)).not.toBe('no mark');
  expect(cluster.proxmox.world.guest(vmid).kind).toBe('lxc');
});

test('a container of a template is a clone with addresses of its own', async () => {
  const { config } = await made(
    create('lxc', {
      name: 'ct-clone',
      template_vmid: 902,
      memory_mib: 1024,
      nics: [{ key: 'net0', addresses: ['192.0.2.21/24'] }],
    }),
  );
  expect(config).toMatchObject({ hostname: 'ct-clone', memory: 1024 });
  expect(config['net0']).toMatch(/^name=eth0,bridge=vmbr0,.*ip=192\.0\.2\.21\/24/);
  expect(config['net0']).not.toContain('BC:24:11:00:09:02');
});

test('guests of one run get VMIDs of their own, in the range, and of ids that plans were promised none', async () => {
  const bare = (name: string): Diff => create('qemu', { name, node: 'rho-01', memory_mib: 512 });
  const promised = (await lab.planOf(cluster, [bare('promised')])).changes[0]?.vmid ?? 0;
  const run = await lab.apply(cluster, [bare('one'), bare('two')]);
  const vmids = run.intent.results.map(({ vmid }) => vmid ?? 0);
  expect(new Set([promised, ...vmids]).size).toBe(3);
  for (const vmid of vmids) expect(vmid >= 500 && vmid <= 599).toBe(true);
});

test('a writer that is fenced into a pool makes its guest there, and tags it when it is in it', async () => {
  const fenced = await lab.writable('sigma', [], {
    token: 'write',
    fields: { policy: { intent_storage: 'ceph', intent_bridge: 'vmbr0', intent_pool: 'managed' } },
  });
  const common = { node: 'sigma-01', memory_mib: 512, cores: 1, tags: ['green'], nics: [{ key: 'net0', vlan: 5 }] };
  const run = await lab.apply(fenced, [
    create('qemu', { name: 'fenced', ...common, disks: [{ key: 'scsi0', size_mib: 1024 }] }),
    create('lxc', { name: 'fenced-ct', ...common, ostemplate: ARCHIVE, disks: [{ key: 'rootfs', size_mib: 1024 }] }),
  ]);
  expect(run.intent.results).toMatchObject([{ state: 'applied' }, { state: 'applied' }]);
  for (const { vmid } of run.intent.results) {
    expect(fenced.proxmox.world.guest(vmid ?? 0).config).toMatchObject({ tags: 'green' });
    expect(fenced.proxmox.world.sim.cluster.pools.get('managed')?.guests.has(vmid ?? 0)).toBe(true);
  }
});

test('what was made is reflected as it is, without our marks', async () => {
  expect(await lab.vmNamed('everything')).toMatchObject({ description: 'Front end', comments: 'Front end\nsecond line' });
  expect(await lab.sync(cluster)).toMatchObject({ state: 'completed', writes: [] });
});
