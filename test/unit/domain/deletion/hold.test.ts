import type { DecidedAbout } from '../../../../domain/deletion/digest';
import { beforeHold, heldUntil, holding, releasing, withoutHold, type Hold } from '../../../../domain/deletion/hold';

const about = (config: Record<string, string>): DecidedAbout => ({
  cluster: 'a',
  kind: 'qemu',
  vmid: 100,
  name: 'web',
  evidence: {},
  config,
  pending: {},
  disks: [],
  netbox: {},
});
const holdOf = (config: Record<string, string>): Hold => ({
  round: 1,
  placed: true,
  until: '2026-01-01T00:00:00.000Z',
  before: beforeHold(config),
});
const held = (config: Record<string, string>): Record<string, string> => {
  const values = Object.entries(holding(config)).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
  return { ...config, ...Object.fromEntries(values) };
};

test.each([{}, { onboot: '1' }, { onboot: '0' }, { protection: '1' }, { onboot: '1', protection: '0', memory: '512' }])(
  'what a hold changed in %j is put back, and is no difference meanwhile',
  config => {
    const now = held(config);
    expect(now).toMatchObject({ onboot: '0', protection: '1' });
    expect(holding(now)).toEqual({});
    expect(withoutHold(about(now), holdOf(config))).toEqual(about(config));
  },
);

test('what somebody changed since is neither hidden nor put back', () => {
  const before: Record<string, string> = { memory: '512', onboot: '1' };
  const hold = holdOf(before);
  expect(withoutHold(about({ ...held(before), memory: '1024' }), hold).config).toEqual({ ...before, memory: '1024' });
  expect(releasing({ ...held(before), onboot: '1' }, hold)).toEqual({ protection: null });
  const { onboot: _, ...neverSaid } = before;
  expect(releasing({ ...held(neverSaid), onboot: '1' }, holdOf(neverSaid))).toEqual({ protection: null });
});

test('a hold is for the round of approvals that it was put on for, once it is on', () => {
  const hold = holdOf({});
  expect(heldUntil(hold, 1)).toBe(Date.parse(hold.until));
  expect(heldUntil(hold, 2)).toBeNull();
  expect(heldUntil({ ...hold, placed: false }, 1)).toBeNull();
  expect(heldUntil(null, 1)).toBeNull();
});
