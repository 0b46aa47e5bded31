import type { CheckSubject } from '../../../../domain/intent/checks/check';
import { noUsage } from '../../../../domain/intent/usage';
import { checkGuest, checks, isPermitted, summaryOf } from '../../../../domain/intent/checks/register';
import type { PlanLimits, PlanWorld } from '../../../../domain/intent/checks/world';
import type { GuestChange, GuestDelete } from '../../../../domain/intent/changes/guest-change';
import { planCreate } from '../../../../domain/intent/plan/create';
import { planUpdate } from '../../../../domain/intent/plan/update';
import {
  birth,
  changedDisk,
  changedInterface,
  create,
  lxc,
  newDisk,
  newInterface,
  options,
  qemu,
  update,
} from './support/changes';
import { read } from './support/model';

const GIB = 1024 ** 3;
const storage = {
  node: 'pve1',
  name: 'local-lvm',
  enabled: true,
  active: true,
  shared: false,
  content: ['images', 'rootdir'],
  freeBytes: 100 * GIB,
};
const isos = { ...storage, name: 'local', content: ['iso', 'vztmpl'], freeBytes: null };
const world = (given: Partial<PlanWorld> = {}): PlanWorld => ({
  nodes: [
    { name: 'pve1', online: true },
    { name: 'pve2', online: false },
  ],
  storages: [storage, isos],
  bridges: new Map([['pve1', new Set(['vmbr0'])]]),
  guests: [
    { kind: 'qemu', vmid: 100, node: 'pve1', name: 'web-1', template: false },
    { kind: 'qemu', vmid: 900, node: 'pve1', name: 'debian', template: true },
  ],
  volumes: new Set(['local:iso/debian.iso', 'local:vztmpl/debian.tar.zst']),
  reservedVmids: new Map(),
  promised: new Map(),
  vmidRange: { from: 100, to: 999 },
  ...given,
});
const noLimits: PlanLimits = {
  changesPerRun: null,
  percentOfGuests: null,
  guests: null,
  vcpus: null,
  memoryMib: null,
  diskMib: null,
};
const subject = (given: Partial<CheckSubject>): CheckSubject => ({
  change: update({}),
  plan: null,
  live: null,
  identity: 'proven',
  template: null,
  gate: { allowed: true },
  world: world(),
  limits: noLimits,
  warnPlaintextPassword: true,
  run: { changes: 1, position: 1, vmids: [], used: noUsage, added: noUsage },
  ...given,
});

const created = (change = create(), given: Partial<CheckSubject> = {}, at = birth()): CheckSubject =>
  subject({ change, plan: planCreate(change, at, options()), template: at.template ?? null, ...given });
const updated = (change = update({ memory: { to: 4096 } }), guest = qemu(), given: Partial<CheckSubject> = {}): CheckSubject =>
  subject({ change, plan: planUpdate(change, read(guest), null, options()), live: read(guest), ...given });
const deleted: GuestDelete = {
  op: 'delete',
  guest: { netboxId: 7, name: 'web-1', kind: 'qemu', vmid: 100, endpointId: 'e1' },
  originals: [],
};
const container = (vm: Parameters<typeof create>[0]) =>
  create(vm, { guest: { netboxId: 8, name: 'web-1', kind: 'lxc', vmid: null, endpointId: 'e1' } });
const template = read(qemu({ template: '1' }, { vmid: 900 }));
const cloned = (given: Partial<CheckSubject>, at = birth({ template })) =>
  created(create({ proxmox_template_vmid: 900 }), given, at);

test('where nothing speaks against a change it is permitted', () => {
  const change = create({}, { disks: [newDisk()], interfaces: [newInterface()] });
  for (const each of [created(change), updated(), cloned({})]) {
    expect(checkGuest(each)).toEqual([
      {
        netbox_id: each.change.guest.netboxId,
        op: each.change.op,
        verdict: 'permitted',
        reason: 'default_permit',
        message: expect.any(String),
      },
    ]);
    expect(isPermitted(checkGuest(each))).toBe(true);
  }
});

test.each<[string, CheckSubject]>([
  [
    'intent_disabled',
    updated(undefined, undefined, {
      gate: { allowed: false, reasons: [{ code: 'intent_disabled', message: 'It is off. Switch it on.' }] },
    }),
  ],
  [
    'permission_denied',
    updated(undefined, undefined, {
      gate: { allowed: false, reasons: [{ code: 'permission_denied', message: 'Denied. Ask somebody.' }] },
    }),
  ],
  ['node_missing', created(create(), {}, birth({ node: '' }))],
  ['node_not_found', created(create(), {}, birth({ node: 'pve9' }))],
  ['node_offline', created(create(), {}, birth({ node: 'pve2' }))],
  ['storage_not_found', created(create({ proxmox_storage: 'nfs' }, { disks: [newDisk()] }))],
  [
    'storage_disabled',
    created(create({}, { disks: [newDisk()] }), { world: world({ storages: [{ ...storage, enabled: false }] }) }),
  ],
  [
    'storage_disabled',
    created(create({}, { disks: [newDisk()] }), { world: world({ storages: [{ ...storage, active: false }] }) }),
  ],
  [
    'storage_content',
    created(create({}, { disks: [newDisk()] }), { world: world({ storages: [{ ...storage, content: ['rootdir'] }] }) }),
  ],
  ['storage_full', created(create({}, { disks: [newDisk({ size: 200 * 1024 })] }))],
  ['storage_full', updated(update({}, { disks: [changedDisk({ size: { to: 200 * 1024 } })] }))],
  ['vmid_out_of_range', created(create(), {}, birth({ vmid: 5000 }))],
  ['vmid_taken', created(create(), {}, birth({ vmid: 100 }))],
  ['vmid_reserved', created(create(), { world: world({ reservedVmids: new Map([[200, 'another-mark']]) }) })],
  ['vmid_reserved', created(create(), { run: { changes: 2, position: 2, vmids: [200], used: noUsage, added: noUsage } })],
  [
    'vmid_promised',
    created(create(), { world: world({ promised: new Map([[8, { vmid: 201, mark: 'its-mark', isUnderWay: true }]]) }) }),
  ],
  ['template_not_found', created(create({ proxmox_template_vmid: 901 }))],
  [
    'not_a_template',
    cloned({ world: world({ guests: [{ kind: 'qemu', vmid: 900, node: 'pve1', name: 'debian', template: false }] }) }),
  ],
  [
    'template_kind',
    cloned({ world: world({ guests: [{ kind: 'lxc', vmid: 900, node: 'pve1', name: 'debian', template: true }] }) }),
  ],
  ['template_locked', cloned({ template: read(qemu({ template: '1', lock: 'backup' }, { vmid: 900 })) })],
  [
    'template_elsewhere',
    cloned({ world: world({ nodes: [{ name: 'pve2', online: true }] }) }, birth({ template, node: 'pve2' })),
  ],
  ['template_and_iso', created(create({ proxmox_template_vmid: 900, proxmox_iso: 'local:iso/debian.iso' }), { template })],
  ['iso_not_found', created(create({ proxmox_iso: 'local:iso/missing.iso' }))],
  ['ostemplate_not_found', created(container({ proxmox_ostemplate: 'local:vztmpl/missing' }))],
  ['cloud_init_invalid', created(create({ cloud_init_network: '{"gw":"10.0.0.1"}' }))],
  ['vcpus_not_divisible', updated(update({ vcpus: { to: 5 } }), qemu({ sockets: '2' }))],
  ['vmid_missing', subject({ change: { ...deleted, guest: { ...deleted.guest, vmid: null } } })],
  ['guest_not_found', subject({ change: update({}, { guest: { ...deleted.guest, vmid: 555 } }) })],
  ['toctou_mismatch', subject({ change: update({}) })],
  ['guest_recreated', updated(undefined, undefined, { identity: 'recreated' })],
  ['guest_changed', updated(undefined, undefined, { identity: 'changed' })],
  ['guest_unproven', updated(undefined, undefined, { identity: 'unproven' })],
  ['guest_unknown', updated(undefined, undefined, { identity: 'none' })],
  ['guest_locked', updated(undefined, qemu({ lock: 'backup' }))],
  ['guest_is_template', updated(undefined, qemu({ template: '1' }))],
  ['update_requires_vm_stop', updated(undefined, qemu({}, { status: 'running' }))],
  ['bridge_not_found', updated(update({}, { interfaces: [changedInterface({ bridge: { to: 'vmbr7' } })] }))],
  [
    'mass_change',
    updated(undefined, undefined, {
      limits: { ...noLimits, changesPerRun: 10 },
      run: { changes: 11, position: 1, vmids: [], used: noUsage, added: noUsage },
    }),
  ],
  [
    'mass_change',
    updated(undefined, undefined, {
      limits: { ...noLimits, percentOfGuests: 20 },
      run: { changes: 6, position: 1, vmids: [], used: noUsage, added: noUsage },
    }),
  ],
  [
    'quota_exceeded',
    updated(undefined, undefined, {
      limits: { ...noLimits, memoryMib: 8000 },
      run: { changes: 1, position: 1, vmids: [], used: { ...noUsage, memoryMib: 6000 }, added: { ...noUsage, memoryMib: 2048 } },
    }),
  ],
])('%s blocks, and says what to do', (reason, given) => {
  const verdicts = checkGuest(given).filter(({ verdict }) => verdict === 'blocked');
  expect(verdicts.map(verdict => verdict.reason)).toEqual([reason]);
  expect(verdicts[0]?.message).toMatch(/\. [A-Z]|: [a-z]/);
  expect(isPermitted(checkGuest(given))).toBe(false);
});

test.each<[string, CheckSubject]>([
  ['delete_routed_to_deletion_request', subject({ change: deleted, live: read(qemu()) })],
  ['guest_protected', subject({ change: deleted, live: read(qemu({ protection: '1' })) })],
  [
    'plaintext_password_warning',
    created(create({ cloud_init_user_data: 'local:snippets/x.yaml' }), {
      change: create({ cloud_init_user_data: '#cloud-config\npassword: secret' }),
    }),
  ],
  ['tag_refused', updated(update({ tags: { from: [], to: ['web server'] } }))],
  ['not_applied', updated(update({ status: { from: 'active', to: 'offline' } }))],
])('%s warns and stops nothing', (reason, given) => {
  expect(checkGuest(given)).toContainEqual(expect.objectContaining({ verdict: 'warning', reason }));
  expect(isPermitted(checkGuest(given))).toBe(true);
});

test('the password warning has its switch', () => {
  const change = create({ cloud_init_user_data: 'password: secret' });
  expect(checkGuest(subject({ change, warnPlaintextPassword: false })).map(({ reason }) => reason)).not.toContain(
    'plaintext_password_warning',
  );
});

test('a guest that runs takes what it can take while it runs, and a container all of it', () => {
  const running = { status: 'running' as const };
  expect(isPermitted(checkGuest(updated(update({ tags: { from: [], to: ['x'] } }), qemu({}, running))))).toBe(true);
  const change = update({ memory: { to: 1024 } }, { guest: { ...deleted.guest, kind: 'lxc' } });
  expect(isPermitted(checkGuest(updated(change, lxc({}, running))))).toBe(true);
});

test('checks have names of their own, and the summary counts', () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  const changes: GuestChange[] = [create(), update({}), deleted];
  expect(
    summaryOf(
      changes.map(({ op }) => ({ op, plan: null })),
      [],
    ),
  ).toBe('1 create / 1 update / 1 delete; 0 blocked, 0 warnings.');
  expect(summaryOf([], [])).toBe('No changes for Proxmox.');
});
