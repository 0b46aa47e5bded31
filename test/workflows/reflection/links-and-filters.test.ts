import { vm } from './support/guests';
import { startLab, type Lab } from './support/lab';

jest.setTimeout(180_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ env: { PROXBOX_PUBLIC_URL: 'https://proxbox.example.com' } });
}, 120_000);
afterAll(() => lab.stop());
beforeEach(async () => {
  await lab.fresh();
  await lab.world.database.pool.query('truncate netbox_extras');
});

const extraRequests = () => lab.netbox.simulator.log.list().filter(({ path }) => /custom-links|saved-filters/.test(path)).length;

test('the first sync that writes makes the links and filters; a dry run does not, and the next sync neither writes nor asks', async () => {
  const home = await lab.cluster('home', [vm(100, 'web')]);
  await lab.sync(home, { dryRun: true });
  expect(await lab.rows('extras/custom-links/')).toEqual([]);

  await lab.sync(home);
  const links = await lab.rows('extras/custom-links/');
  expect(links.map(row => [row['object_types'], row['link_url']])).toEqual([
    [['virtualization.cluster'], 'https://proxbox.example.com/ui/netbox/clusters/{{ object.pk }}'],
    [['dcim.device'], 'https://proxbox.example.com/ui/netbox/devices/{{ object.pk }}'],
    [['virtualization.virtualmachine'], 'https://proxbox.example.com/ui/netbox/vms/{{ object.pk }}'],
  ]);
  expect((await lab.rows('extras/saved-filters/')).map(row => [row['name'], row['parameters']])).toEqual([
    ['LXC containers', { cf_proxmox_vm_type: ['lxc'] }],
    ['Virtual machines', { cf_proxmox_vm_type: ['qemu'] }],
  ]);

  lab.netbox.simulator.log.clear();
  expect((await lab.sync(home)).writes).toEqual([]);
  expect(extraRequests()).toBe(0);
});

test('a token without rights on them gets a finding at each sync, and is not refused again at each', async () => {
  const all = lab.netbox.simulator.world.types.map(({ key }) => key);
  const actions = ['view', 'add', 'change', 'delete'] as const;
  const others = all.filter(key => !['extras.customlink', 'extras.savedfilter'].includes(key));
  lab.netbox.simulator.restrict(lab.netbox.token, [{ objectTypes: others, actions }]);
  const home = await lab.cluster('home', [vm(100, 'web')]);
  const first = await lab.sync(home);
  expect(first.state).toBe('completed');
  const told = (run: typeof first) => run.findings.filter(({ code }) => code === 'netbox-extras').map(({ severity }) => severity);
  expect(told(first)).toEqual(['info']);
  lab.netbox.simulator.log.clear();
  expect(told(await lab.sync(home))).toEqual(['info']);
  expect(extraRequests()).toBe(0);
});

test('a NetBox that was restored gets them again with the sync that links anew', async () => {
  const home = await lab.cluster('home', [vm(100, 'web')]);
  await lab.sync(home);
  for (const path of ['extras/custom-links/', 'extras/saved-filters/'])
    for (const { id } of await lab.rows(path)) await lab.person.delete(`${path}${id}/`);
  await lab.confirm(await lab.relink(home));
  expect(await lab.rows('extras/custom-links/')).toHaveLength(3);
});
