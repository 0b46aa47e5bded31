import type { FaultMatch } from '../../../simulators/netbox/control/faults';
import { startFaultLab, type FaultLab } from './support/fault-lab';

jest.setTimeout(180_000);

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
afterAll(() => lab.stop());

const MOMENTS: { from: string; to: string; while: string; match: FaultMatch }[] = [
  { from: '4.6', to: '4.7', while: 'NetBox is read', match: { method: 'GET', nth: 12 } },
  {
    from: '4.6',
    to: '4.7',
    while: 'VMs are written',
    match: { method: 'POST', pathPattern: '^/api/virtualization/virtual-machines/$', nth: 2 },
  },
  {
    from: '4.5',
    to: '4.6',
    while: 'MAC addresses are written',
    match: { method: 'POST', pathPattern: '^/api/dcim/mac-addresses/$', nth: 2 },
  },
  {
    from: '4.6',
    to: '4.7',
    while: 'disks are written',
    match: { method: 'POST', pathPattern: '^/api/virtualization/virtual-disks/$', nth: 1 },
  },
];

test.each(MOMENTS)(
  'NetBox is upgraded from $from to $to while $while: the run goes on, and everything is there once',
  async moment => {
    const reached = await lab.undisturbed(moment.to);
    await lab.begin(moment.from);
    lab.atRequest(moment.match, () => lab.netbox.simulator.setVersion(moment.to));
    const run = await lab.sync();
    expect({ state: run.state, message: run.message }).toEqual({ state: 'completed', message: null });
    expect(lab.netbox.simulator.version.full).toMatch(moment.to);

    // What the new version can hold besides comes with the next run.
    expect(await lab.sync()).toMatchObject({ state: 'completed', counts: { created: 0, deleted: 0 } });
    const now = lab.picture();
    for (const [type, objects] of Object.entries(reached)) expect(Object.keys(now[type] ?? {})).toEqual(Object.keys(objects));
    expect(await lab.syncAgain()).toEqual({ state: 'completed', writes: [] });
  },
);

test('an upgrade between the halves of a batch that was too large: what was written is not taken for refused', async () => {
  const post = { method: 'POST', pathPattern: '^/api/virtualization/virtual-machines/$' };
  await lab.begin('4.6');
  lab.breaks(post, 'before', { kind: 'status', status: 413 });
  lab.atRequest({ ...post, nth: 3 }, () => lab.netbox.simulator.setVersion('4.7'));
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'completed', counts: { refused: 0, skipped: 0 } });
});
