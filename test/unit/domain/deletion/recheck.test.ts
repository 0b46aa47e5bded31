import fc from 'fast-check';
import { blockedBy, blockers } from '../../../../domain/deletion/blockers/register';
import type { DestroyFacts } from '../../../../domain/deletion/blockers/blocker';
import { decisionDigest, differences, type DecidedAbout } from '../../../../domain/deletion/digest';
import { mayDecide, standing, typedRight, type DecisionRules } from '../../../../domain/deletion/four-eyes';
import { DESTROYING, markedDestroying, markedPending, PENDING_DELETION, unmarked } from '../../../../domain/deletion/marks';
import { recheckDestroy, type DestroyQuestion } from '../../../../domain/deletion/recheck';
import { judgeDestroy, type DestroyReading } from '../../../../domain/deletion/resolve';
import { qemu } from '../intent/support/changes';
import { read, type ModelGuest } from '../intent/support/model';

const DAY = 86_400_000;
const sha = (text: string): string => text;
const live = (raw: Record<string, string> = {}, given: Partial<ModelGuest> = {}) =>
  read(qemu({ tags: PENDING_DELETION, ...raw }, given));
const facts = (given: Partial<DestroyFacts> = {}): DestroyFacts => ({
  live: live(),
  haManaged: false,
  replicationJobs: [],
  linkedClones: [],
  sharedDisks: [],
  sameIdentity: [],
  backup: {
    policy: 'recent',
    maxAgeDays: 7,
    visible: true,
    missing: [],
    volumes: [],
    newestAt: 100 * DAY,
    made: null,
    waived: false,
  },
  destroyedToday: 0,
  mostPerDay: 5,
  now: 101 * DAY,
  ...given,
});
const backup = (given: Partial<DestroyFacts['backup']>): Partial<DestroyFacts> => ({ backup: { ...facts().backup, ...given } });

describe('blockers', () => {
  test('none is in the way of a guest that is stopped, marked and backed up', () => {
    expect(blockedBy(facts())).toEqual([]);
  });

  test.each<[string, Partial<DestroyFacts>]>([
    ['running', { live: live({}, { status: 'running' }) }],
    ['running', { live: live({}, { status: 'paused' }) }],
    ['running', { live: live({}, { status: 'unknown' }) }],
    ['protected', { live: live({ protection: '1' }) }],
    ['locked', { live: live({ lock: 'backup' }) }],
    ['ha_managed', { haManaged: true }],
    ['not_readable', { haManaged: null }],
    ['replicated', { replicationJobs: ['100-0'] }],
    ['not_readable', { replicationJobs: null }],
    ['has_linked_clones', { live: live({ template: '1' }), linkedClones: [201] }],
    ['not_readable', { live: live({ template: '1' }), linkedClones: null }],
    ['disks_shared', { sharedDisks: [{ volume: 'local:100/vm-100-disk-0.raw', vmid: 120 }] }],
    ['not_readable', { sharedDisks: null }],
    ['identity_shared', { sameIdentity: [120] }],
    ['not_readable', { sameIdentity: null }],
    ['mark_missing', { live: live({ tags: 'prod' }) }],
    ['backup_missing', backup({ newestAt: 10 * DAY })],
    ['backup_missing', backup({ newestAt: null })],
    ['backup_not_visible', backup({ newestAt: null, visible: false })],
    ['ceiling', { destroyedToday: 5 }],
  ])('%s', (code, given) => {
    expect(blockedBy(facts(given))).toEqual([{ code, message: expect.stringMatching(/[.:] \S/) }]);
  });

  test('a backup is not asked for where the policy or the approvers say so', () => {
    expect(blockedBy(facts(backup({ newestAt: null, waived: true })))).toEqual([]);
    expect(blockedBy(facts(backup({ newestAt: null, policy: 'make', waived: true })))).toEqual([]);
    expect(blockedBy(facts(backup({ newestAt: null, policy: 'none' })))).toEqual([]);
  });

  test('nobody says that there is no backup where none would be seen, and the words say which right shows it', () => {
    const missing = ['VM.Backup on /vms/100', 'Datastore.AllocateSpace on /storage/local'];
    const blind = backup({ newestAt: null, visible: false, missing, waived: true });
    const [blocked] = blockedBy(facts(blind));
    expect(blocked).toMatchObject({ code: 'backup_not_visible' });
    for (const right of missing) expect(blocked?.message).toContain(right);
  });

  test('one that is made first is in the way until it is seen; one that failed is not made again at once', () => {
    const made = {
      round: 1,
      storage: 'local',
      upid: 'UPID:',
      volume: 'local:backup/a',
      failed: null,
      at: '1970-04-12T00:00:00Z',
    };
    const codesOf = (given: Partial<DestroyFacts['backup']>): string[] =>
      blockedBy(facts(backup({ policy: 'make', ...given }))).map(({ code }) => code);
    expect(codesOf({})).toEqual(['backup_wanted']);
    expect(codesOf({ made })).toEqual(['backup_wanted']);
    expect(codesOf({ made, volumes: [{ volume: 'local:backup/a', at: null }] })).toEqual([]);
    const failed = { ...made, volume: null, failed: 'The storage is full.', at: new Date(101 * DAY - 60_000).toISOString() };
    expect(codesOf({ made: failed })).toEqual(['backup_failed']);
    expect(codesOf({ made: { ...failed, at: new Date(101 * DAY - 3_600_000).toISOString() } })).toEqual(['backup_wanted']);
  });

  test('pairs of them are all named, and each has a name of its own', () => {
    expect(
      blockedBy(facts({ live: live({ protection: '1', lock: 'backup' }, { status: 'running' }) })).map(({ code }) => code),
    ).toEqual(['running', 'protected', 'locked']);
    expect(new Set(blockers.map(({ name }) => name)).size).toBe(blockers.length);
  });
});

describe('four eyes', () => {
  const rules = (given: Partial<DecisionRules> = {}): DecisionRules => ({
    requesters: ['ann', 'bob'],
    selfApproveAllowed: false,
    quorum: 1,
    ...given,
  });
  const decide = (
    person: string | null,
    given: Partial<DecisionRules> = {},
    mayAuthorize = true,
    verdict: 'approve' | 'reject' = 'approve',
  ) => {
    const answer = mayDecide(verdict, { person, mayAuthorize }, rules(given));
    return answer.allowed ? 'allowed' : answer.code;
  };

  test('another person with the permission decides, and nobody else', () => {
    expect(decide('eve')).toBe('allowed');
    expect(decide('ann')).toBe('own_request');
    expect(decide('bob')).toBe('own_request');
    expect(decide('ann', {}, true, 'reject')).toBe('own_request');
    expect(decide('eve', {}, false)).toBe('permission_denied');
    expect(decide('eve', {}, false, 'reject')).toBe('permission_denied');
  });

  test('an identity that is none of ours decides nothing and equals nobody', () => {
    expect(decide(null)).toBe('unknown_person');
    expect(decide(null, { requesters: [null] })).toBe('unknown_person');
    expect(decide('eve', { requesters: [null] })).toBe('requester_unknown');
    expect(decide('eve', { requesters: [] })).toBe('requester_unknown');
    expect(decide('ann', { requesters: [null], selfApproveAllowed: true })).toBe('requester_unknown');
  });

  test('one’s own request is approved by the setting alone', () => {
    expect(decide('ann', { selfApproveAllowed: true })).toBe('allowed');
    expect(decide('ann', { selfApproveAllowed: true }, true, 'reject')).toBe('own_request');
  });

  test('people are counted once, and only as long as they may, for what is there now', () => {
    const by = (person: string | null, mayAuthorize = true, digest = 'd') => ({ person, mayAuthorize, digest });
    expect(standing([by('eve'), by('eve')], 'd', rules({ quorum: 2 }))).toMatchObject({ counted: ['eve'], enough: false });
    expect(standing([by('eve'), by('dan')], 'd', rules({ quorum: 2 }))).toMatchObject({ enough: true });
    expect(standing([by('eve', false), by('dan', true, 'old'), by('ann'), by(null)], 'd', rules())).toEqual({
      counted: [],
      enough: false,
      lost: [
        { person: 'eve', because: 'permission_denied' },
        { person: 'dan', because: 'other_digest' },
        { person: 'ann', because: 'own_request' },
        { person: null, because: 'unknown_person' },
      ],
    });
    expect(standing([], 'd', rules({ quorum: 0 })).enough).toBe(false);
  });

  test('no requester ever counts as an approver', () => {
    const person = fc.constantFrom('a', 'b', 'c', null);
    fc.assert(
      fc.property(
        fc.array(person, { maxLength: 4 }),
        fc.array(fc.record({ person, mayAuthorize: fc.boolean(), digest: fc.constantFrom('d', 'e') }), { maxLength: 5 }),
        (requesters, approvals) => {
          const { counted } = standing(approvals, 'd', rules({ requesters }));
          for (const each of counted) {
            expect(requesters).not.toContain(each);
            expect(approvals).toContainEqual({ person: each, mayAuthorize: true, digest: 'd' });
          }
        },
      ),
    );
  });

  test('the guest’s name is typed, its VMID only where it has none', () => {
    expect(typedRight('web-1', { name: 'web-1', vmid: 100 })).toBe(true);
    expect(typedRight('100', { name: 'web-1', vmid: 100 })).toBe(false);
    expect(typedRight('100', { name: null, vmid: 100 })).toBe(true);
  });
});

const about = (given: Partial<DecidedAbout> = {}): DecidedAbout => ({
  cluster: 'prod',
  kind: 'qemu',
  vmid: 100,
  name: 'web-1',
  evidence: { smbiosUuid: 'u', vmgenid: 'g' },
  config: { memory: '2048', tags: 'b;a', digest: 'x', lock: 'backup' },
  pending: {},
  disks: [
    { volume: 'local:b', sizeBytes: 2 },
    { volume: 'local:a', sizeBytes: 1 },
  ],
  netbox: { 'virtualization.virtualmachine': [7], 'ipam.ipaddress': [2, 1] },
  ...given,
});

describe('the digest of a decision', () => {
  test.each<[string, Partial<DecidedAbout>]>([
    ['our marks', { config: { ...about().config, tags: `a;b;${PENDING_DELETION};${DESTROYING}` } }],
    ['digest, lock and parent', { config: { ...about().config, digest: 'y', lock: 'snapshot', parent: 's' } }],
    [
      'the order of lists',
      { disks: [...about().disks].reverse(), netbox: { 'ipam.ipaddress': [1, 2], 'virtualization.virtualmachine': [7] } },
    ],
  ])('is the same with other %s', (_, given) => {
    expect(decisionDigest(about(given), sha)).toBe(decisionDigest(about(), sha));
  });

  test.each<[string, Partial<DecidedAbout>]>([
    ['cluster', { cluster: 'test' }],
    ['kind', { kind: 'lxc' }],
    ['vmid', { vmid: 101 }],
    ['name', { name: 'web-2' }],
    ['evidence.smbiosUuid', { evidence: { smbiosUuid: 'v', vmgenid: 'g' } }],
    ['config.memory', { config: { ...about().config, memory: '4096' } }],
    ['config.tags', { config: { ...about().config, tags: 'a' } }],
    ['config.scsi1', { config: { ...about().config, scsi1: 'local:c' } }],
    ['pending.cores', { pending: { cores: '4' } }],
    ['disks', { disks: [{ volume: 'local:a', sizeBytes: 1 }] }],
    ['netbox.ipam.ipaddress', { netbox: { ...about().netbox, 'ipam.ipaddress': [1] } }],
  ])('is another one, and the difference is named: %s', (part, given) => {
    expect(decisionDigest(about(given), sha)).not.toBe(decisionDigest(about(), sha));
    expect(differences(about(), about(given))).toEqual([part]);
  });

  test('keys that our own hold has changed may differ', () => {
    const held = about({ config: { ...about().config, onboot: '0', protection: '1' } });
    expect(decisionDigest(held, sha, ['onboot', 'protection'])).toBe(decisionDigest(about(), sha, ['onboot', 'protection']));
  });
});

describe('the last question', () => {
  const digest = decisionDigest(about(), sha);
  const question = (given: Partial<DestroyQuestion> = {}): DestroyQuestion => ({
    gate: { allowed: true },
    frozen: null,
    approvals: [{ person: 'eve', mayAuthorize: true, digest }],
    digest,
    rules: { requesters: ['ann'], selfApproveAllowed: false, quorum: 1 },
    approved: about(),
    now: about(),
    facts: facts(),
    ...given,
  });

  test('everything holds: go on', () => {
    expect(recheckDestroy(question())).toEqual({ proceed: true });
  });

  test.each<[string, string, Partial<DestroyQuestion>]>([
    ['switched-off', 'intent_disabled', { gate: { allowed: false, reasons: [{ code: 'intent_disabled', message: 'off' }] } }],
    ['switched-off', 'frozen', { frozen: 'maintenance' }],
    ['differs', 'guest_gone', { now: null, facts: null }],
    ['differs', 'other_target', { now: about({ kind: 'lxc' }) }],
    ['differs', 'other_guest', { now: about({ evidence: { smbiosUuid: 'other', vmgenid: 'other' } }) }],
    ['differs', 'other_guest', { now: about({ evidence: {} }) }],
    ['differs', 'changed', { now: about({ name: 'renamed' }) }],
    ['approval-lost', 'approval_lost', { approvals: [{ person: 'eve', mayAuthorize: false, digest }] }],
    ['approval-lost', 'approval_lost', { approvals: [] }],
    ['approval-lost', 'approval_lost', { rules: { requesters: ['ann', 'eve'], selfApproveAllowed: false, quorum: 1 } }],
    ['found-blocked', 'running', { facts: facts({ live: live({}, { status: 'running' }) }) }],
  ])('%s: %s', (event, code, given) => {
    expect(recheckDestroy(question(given))).toMatchObject({ proceed: false, event, reasons: [{ code }] });
  });
});

describe('a DELETE without an answer', () => {
  const at = (second: number, given: Partial<DestroyReading> = {}): DestroyReading => ({
    at: second * 1000,
    exists: true,
    runningTasks: [],
    destroyEnded: null,
    ...given,
  });
  const judge = (...readings: DestroyReading[]) => judgeDestroy(readings, 0, 1_800_000);

  test('is waited for, and never sent again', () => {
    expect(judge()).toEqual({ is: 'wait' });
    expect(judge(at(1), at(300))).toEqual({ is: 'wait' });
    expect(judge(at(1, { runningTasks: ['u'], exists: false }))).toEqual({ is: 'wait' });
    expect(judge(at(1, { runningTasks: ['u'] }), at(700, { runningTasks: ['u'] }))).toEqual({ is: 'wait' });
  });

  test('has an end: gone, refused, nothing for ten minutes, or nobody knows', () => {
    expect(judge(at(1), at(5, { exists: false }))).toEqual({ is: 'gone' });
    expect(judge(at(1), at(5, { destroyEnded: 'VM is locked (backup)' }))).toEqual({
      is: 'refused',
      message: 'VM is locked (backup)',
    });
    expect(judge(at(1), at(600))).toEqual({ is: 'protect' });
    expect(judge(at(1, { exists: null }), at(1800, { exists: null }))).toEqual({ is: 'unknown' });
  });
});

test('marks take each other’s place, and nothing else', () => {
  expect(markedPending(['a', DESTROYING])).toEqual(['a', PENDING_DELETION]);
  expect(markedDestroying(['a', PENDING_DELETION])).toEqual(['a', DESTROYING]);
  expect(unmarked(['a', DESTROYING, PENDING_DELETION])).toEqual(['a']);
});
