import { knownIdentity } from '../../../../domain/intent/known-identity';
import { liveEvidence, type LiveGuest } from '../../../../domain/intent/plan/live';
import { addedUsage, addUsage, noUsage } from '../../../../domain/intent/usage';
import { parseGuestConfig } from '../../../../domain/proxmox/guest-config';
import type { GuestRecord } from '../../../../domain/reflection/guest-match';
import type { GuestPlan } from '../../../../domain/intent/plan/guest-plan';

const uuid = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
const live = (config: Record<string, unknown> = {}): LiveGuest => ({
  kind: 'qemu',
  vmid: 100,
  node: 'pve1',
  status: 'stopped',
  config: parseGuestConfig('qemu', {
    name: 'web',
    smbios1: `uuid=${uuid(1)}`,
    vmgenid: uuid(2),
    cores: 2,
    sockets: 2,
    memory: '1024',
    scsi0: 'ceph:vm-100-disk-0,size=8G',
    ...config,
  }),
  pendingKeys: [],
});
const record = (fields: Partial<GuestRecord> = {}): GuestRecord => {
  const evidence = liveEvidence(live());
  return {
    kind: 'qemu',
    vmid: 100,
    evidence,
    confirmedEvidence: evidence,
    state: 'proven',
    sourceName: 'web',
    givenName: 'web',
    ...fields,
  };
};

test.each([
  ['none', undefined, live()],
  ['proven', record(), live()],
  ['changed', record(), live({ vmgenid: uuid(9) })],
  ['recreated', record(), live({ smbios1: `uuid=${uuid(8)}`, vmgenid: uuid(9) })],
  ['unproven', record({ state: 'unproven' }), live()],
] as const)('a guest is %s', (identity, known, guest) => {
  expect(knownIdentity(known, guest)).toBe(identity);
});

const plan = (fields: Partial<GuestPlan>): GuestPlan => ({
  op: 'update',
  guest: { netboxId: null, name: 'web', kind: 'qemu', vmid: 100, endpointId: 'e' },
  vmid: 100,
  node: 'pve1',
  fields: [],
  drift: [],
  remarks: [],
  refusals: [],
  calls: [],
  files: [],
  offlineKeys: [],
  links: [],
  plannedFor: null,
  birthMark: null,
  ...fields,
});

test('an update adds what it makes larger, and takes away what it makes smaller', () => {
  const fields = [
    { field: 'vcpus', from: 4, to: 2 },
    { field: 'memory', from: 1024, to: 4096 },
    { field: 'disks.scsi0.size', from: 8192, to: 10_240 },
    { field: 'name', from: 'a', to: 'b' },
  ];
  expect(addedUsage(plan({ fields }), null)).toEqual({ guests: 0, vcpus: -2, memoryMib: 3072, diskMib: 2048 });
});

test('a clone adds what its template has, where nothing else is asked for', () => {
  const made = plan({ op: 'create', fields: [{ field: 'memory', from: null, to: 2048 }] });
  expect(addedUsage(made, live())).toEqual({ guests: 1, vcpus: 4, memoryMib: 2048, diskMib: 8192 });
  expect(addUsage(noUsage, addedUsage(made, null))).toEqual({ guests: 1, vcpus: 0, memoryMib: 2048, diskMib: 0 });
});
