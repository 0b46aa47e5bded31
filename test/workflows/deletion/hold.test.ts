import { container, vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { startTimeLab, type TimeLab, type Waiting } from './support/time-lab';

jest.setTimeout(120_000);

const HOUR = 3_600_000;

let lab: TimeLab;
let cluster: Cluster;
let next = 100;

beforeAll(async () => {
  lab = await startTimeLab({ PROXBOX_DELETION_HOLD_HOURS: '48' }, async own => {
    cluster = await own.writable('hold', [
      ...Array.from({ length: 6 }, (_, index) =>
        vm(100 + index, `vm-${100 + index}`, { power: 'stopped', config: { onboot: 1, tags: 'keep' } }),
      ),
      container(110, 'ct-110', { power: 'stopped' }),
    ]);
  });
});
afterAll(() => lab?.stop());

const configOf = (vmid: number) => cluster.proxmox.world.guest(vmid).config;
const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));
async function held(vmid = next++): Promise<Waiting> {
  const asked = await lab.wait(cluster, vmid);
  await asked.handle.signal('approve', await lab.codeOf(asked, 'approve'));
  for (;;) {
    const { state, reasons } = await lab.show(asked.id);
    if (reasons.some(({ code }) => code === 'on_hold')) return asked;
    if (state === 'void' || state === 'destroyed') throw new Error(`the request ended ${state}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

test.each([100, 110])(
  'an approved guest %i is protected and does not start by itself for two days, and then is destroyed',
  async vmid => {
    const asked = await held(vmid);
    next = 101;
    expect(await lab.show(asked.id)).toMatchObject({ state: 'approved' });
    expect(configOf(vmid)).toMatchObject({ onboot: 0, protection: 1 });
    expect(String(configOf(vmid)['tags'])).toContain('proxbox-pending-deletion');
    await lab.time.sleep(47 * HOUR);
    expect(deletesOf(vmid)).toEqual([]);
    await expect(asked.handle.result()).resolves.toEqual({ state: 'destroyed' });
    expect(deletesOf(vmid)).toHaveLength(1);
    // What is needed to make it anew is what it was before.
    const before = vmid === 100 ? { onboot: '1' } : {};
    const { config } = (await lab.closed(asked.id)).receipt as { config: Record<string, string> };
    expect(config).toMatchObject(before);
    expect(config).not.toHaveProperty('protection');
  },
);

test('cancelled, it is as before', async () => {
  const asked = await held();
  const { code } = (await lab.decide(lab.requester, asked.id, 'code', { verdict: 'cancel' })).body;
  await asked.handle.signal('cancel', code);
  await expect(asked.handle.result()).resolves.toEqual({ state: 'cancelled' });
  expect(configOf(asked.vmid)).toMatchObject({ onboot: 1, tags: 'keep' });
  expect(configOf(asked.vmid)).not.toHaveProperty('protection');
});

test('whatever else changes meanwhile makes the approval void; the hold is taken off', async () => {
  const asked = await held();
  cluster.proxmox.world.changeGuest(asked.vmid, { config: { memory: '4096' } });
  await expect(asked.handle.result()).resolves.toEqual({ state: 'void' });
  expect((await lab.closed(asked.id)).reasons).toMatchObject([
    { code: 'changed', message: expect.stringContaining('config.memory') },
  ]);
  expect(configOf(asked.vmid)).toMatchObject({ onboot: 1, tags: 'keep' });
  expect(configOf(asked.vmid)).not.toHaveProperty('protection');
});

test('an approver who lost the right leaves it pending, and as before; the next approval begins a hold of its own', async () => {
  const asked = await held();
  const { pool } = lab.world.database;
  const bindings = await pool.query('delete from role_binding where user_id = $1 returning id, user_id, role_id', [
    lab.approver.id,
  ]);
  await lab.time.sleep(49 * HOUR);
  const { id, user_id: user, role_id: role } = bindings.rows[0] as Record<string, string>;
  await pool.query('insert into role_binding (id, user_id, role_id) values ($1, $2, $3)', [id, user, role]);
  expect(await lab.show(asked.id)).toMatchObject({ state: 'pending', round: 2, reasons: [{ code: 'approval_lost' }] });
  expect(configOf(asked.vmid)).toMatchObject({ onboot: 1 });
  expect(configOf(asked.vmid)).not.toHaveProperty('protection');
  await asked.handle.signal('approve', await lab.codeOf(asked, 'approve'));
  await lab.time.sleep(HOUR);
  expect(configOf(asked.vmid)).toMatchObject({ onboot: 0, protection: 1 });
  await expect(asked.handle.result()).resolves.toEqual({ state: 'destroyed' });
});
