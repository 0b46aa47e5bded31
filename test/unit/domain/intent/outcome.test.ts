import { isThere, overallOf, statusOf, wantedValues } from '../../../../domain/intent/outcome';
import { judgeReadings, outcomeOf, type Reading } from '../../../../domain/intent/settle';
import { planCreate } from '../../../../domain/intent/plan/create';
import { planUpdate } from '../../../../domain/intent/plan/update';
import { birth, changedDisk, changedInterface, create, newDisk, newInterface, options, qemu, update } from './support/changes';
import { ModelCluster, read } from './support/model';

const wanted = [
  { key: 'memory', value: 4096 },
  { key: 'cores', value: 4 },
];
const before = { memory: '2048', cores: '2' };
const after = { memory: '4096', cores: '4' };
const at = (second: number, given: Partial<Reading> = {}): Reading => ({
  at: second * 1000,
  configDigest: 'a',
  config: before,
  pendingKeys: [],
  runningTasks: [],
  ...given,
});
const bounds = { quietMs: 45_000, boundMs: 300_000 };
const judge = (...readings: Reading[]) => judgeReadings(readings, wanted, 'qemu', 0, bounds);

describe('after an answer was lost', () => {
  test('one read proves nothing', () => {
    expect(judge(at(1))).toEqual({ is: 'wait' });
    expect(judge()).toEqual({ is: 'wait' });
  });

  test('a first look long after it was sent proves nothing either, and is no end', () => {
    expect(judge(at(100_000))).not.toMatchObject({ is: 'unknown' });
  });

  test('everything there settles at once', () => {
    expect(judge(at(1, { configDigest: 'b', config: after }))).toMatchObject({
      is: 'settled',
      stuck: ['memory', 'cores'],
      missing: [],
    });
  });

  test('nothing there settles when it stood still for long enough', () => {
    expect(judge(at(1), at(40))).toEqual({ is: 'wait' });
    const settled = judge(at(1), at(30), at(60));
    expect(settled).toMatchObject({ is: 'settled', missing: ['memory', 'cores'] });
    expect(settled.is === 'settled' && outcomeOf(settled)).toBe('failed');
  });

  test('a write that is applied late starts the wait anew', () => {
    const half = { configDigest: 'b', config: { ...before, memory: '4096' } };
    expect(judge(at(1), at(40), at(50, half))).toEqual({ is: 'wait' });
    const settled = judge(at(1), at(40), at(50, half), at(100, half));
    expect(settled).toMatchObject({ stuck: ['memory'], missing: ['cores'] });
    expect(settled.is === 'settled' && outcomeOf(settled)).toBe('partly_applied');
  });

  test('a task that runs is waited for, and one that does not end is no outcome', () => {
    const busy = { runningTasks: ['UPID:…'] };
    expect(judge(at(1, busy), at(100, busy))).toEqual({ is: 'wait' });
    expect(judge(at(1, busy), at(100, { ...busy, configDigest: 'b', config: after }))).toEqual({ is: 'wait' });
    expect(judge(at(1, busy), at(301, busy))).toEqual({ is: 'unknown', because: 'tasks-running' });
  });

  test('what never stands still, or cannot be read, is no outcome', () => {
    const changing = Array.from({ length: 32 }, (_, n) => at(n * 10, { configDigest: `d${n}` }));
    expect(judge(...changing)).toEqual({ is: 'unknown', because: 'still-changing' });
    const dead: Reading = { at: 301_000, config: {}, pendingKeys: [], runningTasks: [] };
    expect(judge({ ...dead, at: 1000 })).toEqual({ is: 'wait' });
    expect(judge({ ...dead, at: 1000 }, dead)).toEqual({ is: 'unknown', because: 'unreadable' });
    expect(outcomeOf({ is: 'unknown', because: 'unreadable' })).toBe('unknown_outcome');
  });

  test('what waits for the next start is told apart', () => {
    const pending = { configDigest: 'b', config: { ...before, memory: '4096' }, pendingKeys: ['cores'] };
    expect(judge(at(1, pending), at(60, pending))).toMatchObject({ stuck: ['memory'], pending: ['cores'], missing: [] });
  });
});

test('what the calls of a plan want is there after them, and is not before', () => {
  const change = update(
    { vcpus: { to: 4 }, tags: { from: ['old'], to: ['New'] }, comments: { to: 'a\nb' } },
    {
      disks: [changedDisk({ size: { to: 40960 } }), newDisk({ name: 'data' })],
      interfaces: [changedInterface({ vlan: { to: 5 } })],
    },
  );
  const cluster = new ModelCluster(qemu({ tags: 'old' }));
  const planned = planUpdate(change, cluster.live(100), null, options());
  const values = wantedValues(planned);
  expect(values.map(({ key }) => key).sort()).toEqual(['cores', 'description', 'net0', 'scsi0 size', 'scsi1', 'tags']);
  const there = () => values.filter(value => isThere(value, 'qemu', cluster.live(100).config.raw)).map(({ key }) => key);
  expect(there()).toEqual([]);
  cluster.make(planned.calls);
  expect(there().sort()).toEqual(['cores', 'description', 'net0', 'scsi0 size', 'scsi1', 'tags']);
});

test('what a birth wants is there after it', () => {
  const change = create(
    { tags: ['prod'], cloud_init_user: 'admin', cloud_init_network: 'ip=dhcp' },
    { disks: [newDisk()], interfaces: [newInterface()] },
  );
  const cluster = new ModelCluster(qemu({ template: '1', protection: '1', tags: 'old' }, { vmid: 900 }));
  const plans = [
    planCreate(change, birth(), options()),
    planCreate(
      change,
      birth({ vmid: 201, template: read(qemu({ template: '1', scsi0: 'local-lvm:base,size=4G' }, { vmid: 900 })) }),
      options(),
    ),
  ];
  cluster.guests.set(900, qemu({ template: '1', scsi0: 'local-lvm:base,size=4G' }, { vmid: 900 }));
  for (const planned of plans) {
    cluster.make(planned.calls);
    const raw = cluster.live(planned.vmid ?? 0).config.raw;
    expect(wantedValues(planned).filter(value => !isThere(value, 'qemu', raw))).toEqual([]);
  }
});

test('the words of Proxbox', () => {
  expect(statusOf('applied')).toBe('succeeded');
  expect(statusOf('refused')).toBe('failed');
  expect(statusOf('refused', 'permission_denied')).toBe('skipped');
  expect(overallOf([])).toBe('no_op');
  expect(overallOf(['succeeded', 'skipped', 'delete-pending-approval'])).toBe('succeeded');
  expect(overallOf(['failed', 'failed'])).toBe('failed');
  expect(overallOf(['failed', 'succeeded'])).toBe('partial');
});

test('a disk that its storage has rounded up is as large as was wanted', () => {
  const value = { key: 'scsi0 size', value: '40001M' };
  const config = (size: string) => ({ scsi0: `local-lvm:vm-100-disk-0,size=${size}` });
  expect([
    isThere(value, 'qemu', config('40000M')),
    isThere(value, 'qemu', config('40001M')),
    isThere(value, 'qemu', config('40004M')),
  ]).toEqual([false, true, true]);
});
