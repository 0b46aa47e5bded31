import { planUpdate } from '../../../../domain/intent/plan/update';
import { planCreate } from '../../../../domain/intent/plan/create';
import type { GuestPlan } from '../../../../domain/intent/plan/guest-plan';
import { recheckUpdate, type Found } from '../../../../domain/intent/recheck';
import { recheckBirth, type Holder } from '../../../../domain/intent/recheck-birth';
import { birth, create, MARK, options, qemu, lxc, update } from './support/changes';
import { read, type ModelGuest } from './support/model';

const guest = qemu();
const planned = planUpdate(update({ memory: { to: 4096 } }), read(guest), null, options());
const here = (raw: Record<string, string>, given: Partial<ModelGuest> = {}): Found => ({
  is: 'here',
  live: read(qemu(raw, given)),
});

test('nothing changed: go on, with the digest that was read', () => {
  expect(recheckUpdate(planned, here({}))).toEqual({ proceed: true, configDigest: read(guest).config.configDigest });
});

test.each<[string, string, Found]>([
  ['toctou_mismatch', 'moved', { is: 'elsewhere', node: 'pve2' }],
  ['toctou_mismatch', 'moved', here({}, { node: 'pve2' })],
  ['toctou_mismatch', 'gone', { is: 'gone' }],
  ['toctou_mismatch', 'renamed', here({ name: 'other' })],
  ['toctou_mismatch', 'recreated', here({ smbios1: 'uuid=bbbbbbbb-0000-4000-8000-000000000001' })],
  ['guest_identity', 'identity-changed', here({ smbios1: '' })],
  ['toctou_mismatch', 'reconfigured', here({ cores: '8' })],
  ['guest_locked', 'locked', here({ lock: 'backup' })],
  ['guest_is_template', 'became-template', here({ template: '1' })],
  ['update_requires_vm_stop', 'started', here({}, { status: 'running' })],
])('%s when it was %s', (code, happened, found) => {
  expect(recheckUpdate(planned, found)).toMatchObject({ proceed: false, code, happened });
});

test('what was changed in between is named', () => {
  expect(recheckUpdate(planned, here({ cores: '8', onboot: '1' }))).toMatchObject({
    message: expect.stringContaining('cores, onboot'),
  });
});

test('a guest that was started takes what it can take while it runs', () => {
  const tags = planUpdate(update({ tags: { from: [], to: ['new'] } }), read(guest), null, options());
  expect(recheckUpdate(tags, here({}, { status: 'running' }))).toMatchObject({ proceed: true });
});

describe('a birth', () => {
  const plan: GuestPlan = planCreate(create(), birth(), options());
  const same = { plannedDigest: 'd', nowDigest: 'd' };
  const nobody: Holder = { is: 'nobody' };

  test('goes on where its VMID is free', () => {
    expect(recheckBirth(plan, nobody, true, same)).toEqual({ is: 'proceed' });
  });

  test('finds its own guest after a lost answer', () => {
    const ours = read(qemu({ smbios1: `uuid=${MARK}`, lock: 'create' }, { vmid: 200 }));
    expect(recheckBirth(plan, { is: 'guest', live: ours }, true, same)).toMatchObject({ is: 'adopt', working: true });
    const container = read(lxc({ description: `<!-- proxbox-birth: ${MARK} -->\n` }, { vmid: 200 }));
    expect(recheckBirth(plan, { is: 'guest', live: container }, true, same)).toMatchObject({ is: 'adopt', working: false });
  });

  test.each<[string, Holder, boolean, { plannedDigest: string | null; nowDigest: string | null }]>([
    ['vmid_taken', { is: 'guest', live: read(qemu({}, { vmid: 200 })) }, true, same],
    ['vmid_taken', { is: 'unreadable', node: 'pve2' }, true, same],
    ['node_offline', nobody, false, same],
    ['template_changed', nobody, true, { plannedDigest: 'd', nowDigest: null }],
  ])('ends as %s', (code, holder, online, template) => {
    expect(recheckBirth(plan, holder, online, template)).toMatchObject({ is: 'refused', code });
  });
});
