import { vm } from './support/guests';
import { codes, finding, startLab, type Cluster, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.fresh());

const edit = async (name: string, fields: Record<string, unknown>): Promise<void> => {
  const { id } = await lab.vmNamed(name);
  const answer = await lab.person.patch(`virtualization/virtual-machines/${id}/`, fields);
  expect(answer.status).toBe(200);
};
const statusOf = async (name: string): Promise<string> => ((await lab.vmNamed(name))['status'] as { value: string }).value;

describe('status', () => {
  const setPower = ({ proxmox }: Cluster, power: 'running' | 'stopped' | 'paused'): void => {
    proxmox.world.changeGuest(100, { power });
    proxmox.world.tick();
  };

  test('running, stopped and paused are active, offline and paused', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    expect(await statusOf('web')).toBe('active');
    setPower(home, 'stopped');
    await lab.sync(home);
    expect(await statusOf('web')).toBe('offline');
    setPower(home, 'paused');
    await lab.sync(home);
    expect(await statusOf('web')).toBe('paused');
  });

  test('a status that only a person sets is kept unless the setting says otherwise', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.sync(home);
    await edit('web', { status: 'decommissioning' });

    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
    expect(await statusOf('web')).toBe('decommissioning');

    await lab.change(home, { policy: { overwrite_human_status: true } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await statusOf('web')).toBe('active');
  });
});

describe('edits in NetBox', () => {
  test('what a person changed is put right, or kept, as the flags of the endpoint say', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { config: { description: 'Front page' } })]);
    await lab.sync(home);
    await edit('web', { description: 'My words', memory: 1, custom_fields: { proxmox_node: 'moved' } });
    await lab.change(home, { policy: { overwrite_vm_description: false, overwrite_vm_custom_fields: false } });

    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await lab.vmNamed('web')).toMatchObject({
      description: 'My words',
      memory: 1024,
      custom_fields: { proxmox_node: 'moved' },
    });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });

    await lab.change(home, { policy: { overwrite_vm_description: null, overwrite_vm_custom_fields: null } });
    expect(await lab.sync(home)).toMatchObject({ state: 'completed' });
    expect(await lab.vmNamed('web')).toMatchObject({ description: 'Front page', custom_fields: { proxmox_node: 'lab-01' } });
  });

  test('a flag that is off fills what is empty, and never holds back a creation', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { config: { description: 'Front page' } })], {
      fields: {
        policy: {
          overwrite_vm_description: false,
          overwrite_vm_tags: false,
          overwrite_ip_address_dns_name: false,
          overwrite_vm_custom_fields: false,
        },
      },
    });
    await lab.sync(home);
    expect(await lab.vmNamed('web')).toMatchObject({ description: 'Front page', custom_fields: { proxmox_vm_id: 100 } });
    expect((await lab.rows('ipam/ip-addresses/'))[0]).toMatchObject({ dns_name: 'web' });
    await edit('web', { description: '', tags: [] });

    await lab.sync(home);

    expect(await lab.vmNamed('web')).toMatchObject({ description: 'Front page', tags: [{ slug: 'proxbox' }] });
  });

  test('on an endpoint that allows writes an edit is shown as drift and left alone', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web')]);
    await lab.change(home, { allowWrites: true });
    await lab.sync(home);
    await edit('web', { memory: 2048, vcpus: 4 });

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', writes: [] });
    expect(run.findings.filter(item => item.code === 'drift').map(item => item.detail)).toEqual([
      { field: 'vcpus', netbox: 4, proxmox: 2 },
      { field: 'memory', netbox: 2048, proxmox: 1024 },
    ]);
    expect(await lab.vmNamed('web')).toMatchObject({ memory: 2048, vcpus: 4 });
  });

  test('a primary address that a person chose stays', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web', { nics: [{ mac: '01:01', ips: ['10.1.0.1/24', '10.1.0.2/24'] }] })]);
    await lab.sync(home);
    const second = (await lab.rows('ipam/ip-addresses/')).find(row => row['address'] === '10.1.0.2/24')!;
    await edit('web', { primary_ip4: second.id });

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', writes: [] });
    expect(finding(run, 'edit-kept')).toMatchObject({ detail: { field: 'primary_ip4' } });
  });

  test('notes become description and comments, and comments go with them', async () => {
    const home = await lab.cluster('lab', [
      vm(100, 'web', { config: { description: 'Front page\n\nOwner: ops' } }),
      vm(101, 'db'),
    ]);
    await lab.sync(home);
    expect(await lab.vmNamed('web')).toMatchObject({ description: 'Front page', comments: 'Front page\n\nOwner: ops' });
    expect(await lab.vmNamed('db')).toMatchObject({ description: 'Synced from Proxmox node lab-01', comments: '' });
    await edit('db', { comments: 'by hand' });
    home.proxmox.world.changeGuest(100, { config: { description: 'Front page' } });

    const run = await lab.sync(home);

    expect(codes(run)).toEqual([]);
    expect(await lab.vmNamed('web')).toMatchObject({ description: 'Front page', comments: '' });
    expect(await lab.vmNamed('db')).toMatchObject({ comments: 'by hand' });
  });

  test('a VM that a person deleted in NetBox is made again, and the run says who deleted it', async () => {
    const home = await lab.cluster('lab', [vm(100, 'web'), vm(101, 'db')]);
    await lab.sync(home);
    const { id } = await lab.vmNamed('web');
    await lab.person.delete(`virtualization/virtual-machines/${id}/`);

    const run = await lab.sync(home);

    expect(run).toMatchObject({ state: 'completed', counts: { created: 4 } });
    expect(finding(run, 'deleted-in-netbox').message).toContain('by admin');
    expect((await lab.vmNamed('web')).id).not.toBe(id);
    expect(await lab.sync(home)).toMatchObject({ state: 'completed', writes: [] });
  });
});

test('a guest that is gone from Proxmox leaves its VM as it is, and the run says so once a run', async () => {
  const home = await lab.cluster('lab', [vm(100, 'web'), vm(101, 'db')]);
  await lab.sync(home);
  const before = await lab.vmNamed('web');
  home.proxmox.world.destroyGuest(100);

  const run = await lab.sync(home);

  expect(run).toMatchObject({ state: 'completed', writes: [], counts: { notReflected: 0 } });
  expect(finding(run, 'gone-from-proxmox').label).toBe('web');
  expect(await lab.vmNamed('web')).toEqual(before);
});
