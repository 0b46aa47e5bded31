import fc from 'fast-check';
import type { Change } from '../../../../domain/reflection/change';
import type { Inventory, ObservedGuest } from '../../../../domain/reflection/inventory';
import { disk, guest, inventory, mac, nic } from './support/guests';
import { MemoryNetBox } from './support/netbox';
import { Endpoint, writes } from './support/sync';

/**
 * Small worlds that collide: few names, few addresses, few VLANs. A guest's generation is another guest under the same VMID.
 */
const nicOf = (vmid: number, generation: number) =>
  fc
    .record({
      key: fc.constantFrom('net0', 'net1', 'net2'),
      swapped: fc.boolean(),
      vlan: fc.constantFrom<(number | null)[]>(null, null, 10, 20),
      trunks: fc.constantFrom<(number[] | null)[]>(null, null, [30], [30, 40]),
      addresses: fc.uniqueArray(fc.constantFrom('10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/16', '2001:db8::1/64'), { maxLength: 2 }),
    })
    .map(({ key, swapped, ...fields }) => nic(key, { ...fields, mac: mac(vmid, generation, key, swapped ? 'b' : 'a') }));

const guestOf = (vmid: number): fc.Arbitrary<ObservedGuest> =>
  fc.integer({ min: 0, max: 1 }).chain(generation =>
    fc
      .record({
        kind: fc.constantFrom('qemu' as const, 'lxc' as const),
        name: fc.constantFrom('web', 'WEB', 'db', 'web (2)', 'x'.repeat(70)),
        node: fc.constantFrom('n1', 'n2'),
        status: fc.constantFrom('running' as const, 'stopped' as const, 'paused' as const, 'unknown' as const),
        vcpus: fc.constantFrom(null, 1, 2),
        notes: fc.constantFrom('', 'one line', 'two\nlines'),
        tags: fc.uniqueArray(fc.constantFrom('prod', 'test', 'Prod'), { maxLength: 2 }),
        nics: fc.uniqueArray(nicOf(vmid, generation), { maxLength: 3, selector: item => item.key }),
        disks: fc.uniqueArray(fc.constantFrom('scsi0', 'scsi1'), { maxLength: 2 }).map(keys => keys.map(key => disk(key))),
        told: fc.boolean(),
      })
      .map(({ told, kind, ...fields }) =>
        guest(vmid, {
          kind,
          ...fields,
          addressesComplete: told && fields.nics.some(item => item.addresses.length > 0),
          evidence:
            kind === 'qemu'
              ? { smbiosUuid: `uuid-${vmid}-${generation}`, vmgenid: `gen-${vmid}-${generation}` }
              : {
                  rootfs: `root-${vmid}-${generation}`,
                  ...(fields.nics.length && { macs: fields.nics.map(item => item.mac ?? '') }),
                },
        }),
      ),
  );

const worlds: fc.Arbitrary<Inventory> = fc
  .uniqueArray(fc.constantFrom(100, 101, 102, 103), { maxLength: 4 })
  .chain(vmids => fc.tuple(...vmids.map(guestOf)))
  .map(guests => inventory(guests));

const versions = fc.constantFrom(
  { vmTypes: false, interfaceMacWritable: false },
  { vmTypes: true, interfaceMacWritable: false },
  { vmTypes: true, interfaceMacWritable: true },
);

const told = (changes: Change[]): string => JSON.stringify(writes(changes), null, 1);
const runs = { numRuns: 150 };

test('NetBox would refuse nothing of a plan, and a world that NetBox shows gives an empty one', () => {
  fc.assert(
    fc.property(versions, worlds, (version, world) => {
      const endpoint = new Endpoint(new MemoryNetBox(version));
      endpoint.sync(world);
      expect(told(endpoint.sync(world))).toBe('[]');
      expect(endpoint.plan(world).plan.changes).toEqual([]);
    }),
    runs,
  );
});

test('the same holds after any change of the world', () => {
  fc.assert(
    fc.property(versions, fc.array(worlds, { minLength: 2, maxLength: 4 }), (version, history) => {
      const endpoint = new Endpoint(new MemoryNetBox(version));
      for (const world of history) endpoint.sync(world);
      const last = history.at(-1)!;
      // An interface that is kept for an address which moves goes a run later; what it still held is free in the one after that.
      endpoint.sync(last);
      endpoint.sync(last);
      expect(told(endpoint.sync(last))).toBe('[]');
    }),
    runs,
  );
});

test('no VM is ever deleted, whatever Proxmox shows or hides', () => {
  fc.assert(
    fc.property(fc.array(worlds, { minLength: 2, maxLength: 4 }), history => {
      const endpoint = new Endpoint();
      const deleted: Change[] = [];
      for (const world of history) deleted.push(...endpoint.sync(world).filter(change => change.action === 'delete'));
      expect(deleted.filter(change => !['interface', 'ip-address', 'virtual-disk', 'mac-address'].includes(change.kind))).toEqual(
        [],
      );
    }),
    runs,
  );
});

test('the order in which Proxmox and NetBox list things does not matter', () => {
  fc.assert(
    fc.property(worlds, worlds, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (first, second, chance) => {
      const endpoint = new Endpoint();
      endpoint.sync(first);
      const shuffled = <T>(items: T[]): T[] =>
        items
          .map(item => ({ item, place: Number(chance.next().value) }))
          .sort((a, b) => a.place - b.place)
          .map(({ item }) => item);
      const sorted = (changes: Change[]) =>
        [...changes].sort((a, b) => (`${a.kind}${a.key}${a.action}` < `${b.kind}${b.key}${b.action}` ? -1 : 1));
      expect(sorted(endpoint.plan(second, shuffled).plan.changes)).toEqual(sorted(endpoint.plan(second).plan.changes));
    }),
    runs,
  );
});
