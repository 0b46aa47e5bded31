import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startTimeLab, type TimeLab } from './support/time-lab';

jest.setTimeout(60_000);

let lab: TimeLab;
let cluster: Cluster;

beforeAll(async () => {
  lab = await startTimeLab({}, async own => {
    cluster = await own.writable(
      'time',
      Array.from({ length: 20 }, (_, index) => vm(100 + index, `vm-${100 + index}`, { power: 'stopped' })),
    );
  });
});
afterAll(() => lab?.stop());

test('a request that nobody decides about expires after seven days', async () => {
  const asked = await lab.wait(cluster, 100);
  await expect(asked.handle.result()).resolves.toEqual({ state: 'expired' });
  expect(await lab.time.currentTimeMs()).toBeGreaterThanOrEqual(asked.deadline);
  expect(cluster.proxmox.world.guest(100).config['tags'] ?? '').not.toContain('proxbox');
});
