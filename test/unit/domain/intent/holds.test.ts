import { fromPosted, type PostedChange } from '../../../../domain/intent/changes/posted-change';
import { heldFields } from '../../../../domain/intent/holds';

const hold = (op: PostedChange['op'], payload: PostedChange['payload']) => ({
  kind: 'qemu' as const,
  vmid: 100,
  change: fromPosted({ op, kind: 'qemu', endpointId: 'e', payload }),
});

test('of an update only its own fields of its own guest are held', () => {
  const held = heldFields([hold('update', { vmid: 100, memory_mib: 2048, start_at_boot: true })]);
  expect(held.holds('qemu/100', 'virtual-machine', 'memory')).toBe(true);
  expect(held.holds('qemu/100', 'virtual-machine', 'cf.proxmox_start_at_boot')).toBe(true);
  expect(held.holds('qemu/100', 'virtual-machine', 'vcpus')).toBe(false);
  expect(held.holds('qemu/101', 'virtual-machine', 'memory')).toBe(false);
  expect(held.holds('lxc/100', 'virtual-machine', 'memory')).toBe(false);
  expect(held.holds('qemu/100', 'interface')).toBe(false);
  expect(held.holds(undefined, 'virtual-machine', 'memory')).toBe(false);
});

test('changed cards hold everything about interfaces, changed disks the disks', () => {
  const cards = heldFields([hold('update', { vmid: 100, nics: [{ key: 'net0', vlan: 5 }] })]);
  expect(
    ['interface', 'mac-address', 'ip-address', 'primary-ip'].map(kind => cards.holds('qemu/100', kind as 'interface')),
  ).toEqual([true, true, true, true]);
  expect(cards.holds('qemu/100', 'virtual-disk')).toBe(false);
  const disks = heldFields([hold('update', { vmid: 100, disks: [{ key: 'scsi0', size_mib: 1 }] })]);
  expect(disks.holds('qemu/100', 'virtual-disk', 'size')).toBe(true);
  expect(disks.holds('qemu/100', 'interface')).toBe(false);
});

test('of a birth everything is held but what says where and what the guest is', () => {
  const held = heldFields([hold('create', { name: 'new', vmid: 100 })]);
  expect(held.holds('qemu/100', 'virtual-machine', 'memory')).toBe(true);
  expect(held.holds('qemu/100', 'virtual-machine', 'cf.proxmox_vm_id')).toBe(false);
  expect(held.holds('qemu/100', 'virtual-machine', 'status')).toBe(false);
  expect(held.holds('qemu/100', 'virtual-disk')).toBe(true);
});

test('a virtual machine itself is never kept from being made, and a delete holds nothing', () => {
  expect(heldFields([hold('create', { name: 'new', vmid: 100 })]).holds('qemu/100', 'virtual-machine')).toBe(false);
  expect(heldFields([hold('delete', { vmid: 100 })]).holds('qemu/100', 'virtual-machine', 'memory')).toBe(false);
});
