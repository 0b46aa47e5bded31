import { vm } from './support/guests';
import { startLab, type Cluster, type Lab } from './support/lab';

jest.setTimeout(120_000);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.stop());

test('what is changed for the installation holds from the next run on, except where an endpoint decides otherwise', async () => {
  const home = await lab.cluster('home', [vm(100, 'web')]);
  const away = await lab.cluster('away', [vm(100, 'db')], { fields: { policy: { overwrite_human_status: false } } });
  const statusAfterSync = async (cluster: Cluster, name: string): Promise<string> => {
    const { id } = await lab.vmNamed(name);
    await lab.person.patch(`virtualization/virtual-machines/${id}/`, { status: 'staged' });
    expect(await lab.sync(cluster)).toMatchObject({ state: 'completed' });
    return ((await lab.vmNamed(name))['status'] as { value: string }).value;
  };
  for (const cluster of [home, away]) await lab.sync(cluster);
  expect(await statusAfterSync(home, 'web')).toBe('staged');

  await lab.world.api('PATCH', '/settings', { overwrite_human_status: true }, { 'if-match': '*' });
  expect(await statusAfterSync(home, 'web')).toBe('active');
  expect(await statusAfterSync(away, 'db')).toBe('staged');
});
