import {
  compareEvidence,
  hasNoEvidence,
  isAnotherGuest,
  sharedEvidence,
  strongMarks,
  type Evidence,
} from '../../../../domain/reflection/identity';

const vm: Evidence = { smbiosUuid: 'u1', vmgenid: 'g1', ctime: 1000 };
const container: Evidence = { rootfs: 'ceph:vm-200-disk-0', macs: ['M1', 'M2'] };

describe('a QEMU guest', () => {
  test.each<[string, Evidence, string]>([
    ['as it was', vm, 'same'],
    ['after a rollback, which gives it another vmgenid', { ...vm, vmgenid: 'g2' }, 'changed'],
    ['restored over itself with another uuid', { ...vm, smbiosUuid: 'u2' }, 'changed'],
    [
      'a clone of the same template, which copies the creation time alone',
      { smbiosUuid: 'u2', vmgenid: 'g2', ctime: 1000 },
      'other',
    ],
    ['made anew under the VMID', { smbiosUuid: 'u3', vmgenid: 'g3', ctime: 2000 }, 'other'],
    ['with its uuid alone', { smbiosUuid: 'u1' }, 'same'],
    ['without anything to compare', {}, 'unproven'],
  ])('%s', (_, live, verdict) => {
    expect(compareEvidence(vm, live)).toBe(verdict);
  });

  test('without uuid and vmgenid its creation time counts', () => {
    expect(compareEvidence({ ctime: 1000 }, { ctime: 1000 })).toBe('same');
    expect(compareEvidence({ ctime: 1000 }, { ctime: 2000 })).toBe('other');
  });
});

describe('a container', () => {
  test.each<[string, Evidence, string]>([
    ['as it was', container, 'same'],
    ['with its volume on another storage', { ...container, rootfs: 'nvme:vm-200-disk-0' }, 'changed'],
    ['with one NIC replaced', { ...container, macs: ['M1', 'M3'] }, 'same'],
    ['with every NIC replaced', { ...container, macs: ['M3'] }, 'changed'],
    ['with its last NIC taken away', { rootfs: container.rootfs! }, 'same'],
    ['made anew, when storages name volumes alike', { rootfs: 'ceph:vm-200-disk-0', macs: ['M9'] }, 'changed'],
    ['made anew on another storage', { rootfs: 'nvme:vm-200-disk-0', macs: ['M9'] }, 'other'],
  ])('%s', (_, live, verdict) => {
    expect(compareEvidence(container, live)).toBe(verdict);
  });
});

test('a container made anew in the place of another is another: by its MAC addresses and its name', () => {
  const anew = { rootfs: container.rootfs!, macs: ['M9'] };
  expect(isAnotherGuest(container, anew, true)).toBe(true);
  expect(isAnotherGuest(container, anew, false)).toBe(false);
  expect(isAnotherGuest(container, container, true)).toBe(false);
  expect(isAnotherGuest(container, { rootfs: 'nvme:vm-200-disk-0', macs: ['M1'] }, true)).toBe(false);
  expect(isAnotherGuest(vm, { ...vm, vmgenid: 'g2' }, true)).toBe(false);
  expect(isAnotherGuest(vm, { smbiosUuid: 'u2', vmgenid: 'g2' }, false)).toBe(true);
});

describe('evidence that two guests share', () => {
  const guests = (...evidence: Evidence[]) => evidence.map((item, index) => ({ key: `guest-${index}`, evidence: item }));

  test('proves neither of them', () => {
    expect(sharedEvidence(guests(vm, { ...vm, vmgenid: 'g9' }, { smbiosUuid: 'u2' }))).toEqual(new Set(['guest-0', 'guest-1']));
    expect(sharedEvidence(guests(container, { ...container, rootfs: 'ceph:vm-201-disk-0' }))).toEqual(
      new Set(['guest-0', 'guest-1']),
    );
  });

  test('counts across endpoints, too', () => {
    expect(sharedEvidence(guests(vm, { smbiosUuid: 'u2' }), new Set(strongMarks({ smbiosUuid: 'u1' })))).toEqual(
      new Set(['guest-0']),
    );
  });

  test('clones of one template share none: the creation time is no mark', () => {
    expect(sharedEvidence(guests({ smbiosUuid: 'a', ctime: 5 }, { smbiosUuid: 'b', ctime: 5 }))).toEqual(new Set());
    expect(sharedEvidence(guests({ rootfs: 'a', macs: ['M1'] }, { rootfs: 'b', macs: ['M1', 'M2'] }))).toEqual(new Set());
  });
});

test('a guest without uuid, volume and MAC has no evidence', () => {
  expect(hasNoEvidence({})).toBe(true);
  expect(hasNoEvidence({ macs: [] })).toBe(true);
  expect(hasNoEvidence({ ctime: 1 })).toBe(false);
  expect(hasNoEvidence(container)).toBe(false);
});
