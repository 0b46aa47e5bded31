import fc from 'fast-check';
import { parseDescription, formatDescription } from '../../../../domain/proxmox/description';
import { parseQemuNic } from '../../../../domain/proxmox/nic';
import { formatPropertyString, parsePropertyString } from '../../../../domain/proxmox/property-string';
import type { Changed, InterfaceFields, VmFields } from '../../../../domain/intent/changes/fields';
import type { GuestUpdate } from '../../../../domain/intent/changes/guest-change';
import { isThere, wantedValues } from '../../../../domain/intent/outcome';
import { planCreate } from '../../../../domain/intent/plan/create';
import { shownNics } from '../../../../domain/intent/plan/fields/nics';
import { withSwitching } from '../../../../domain/intent/plan/fields/nic-text';
import { wantedNotes } from '../../../../domain/intent/plan/fields/notes';
import { liveVcpus } from '../../../../domain/intent/plan/live';
import { planUpdate } from '../../../../domain/intent/plan/update';
import {
  birth,
  changedDisk,
  changedInterface,
  create,
  lxc,
  MARK,
  newDisk,
  newInterface,
  options,
  qemu,
  update,
} from './support/changes';
import { ModelCluster } from './support/model';

const tag = fc.constantFrom('prod', 'test', 'Web', 'web server', 'proxbox-pending-deletion', 'Proxbox');
const tags = fc.uniqueArray(tag, { maxLength: 4 }).map(list => [...list].sort());
const line = fc.constantFrom('', 'a', 'a longer line', '  padded', 'Synced from Proxmox node pve1');
const notes = fc.array(line, { maxLength: 3 }).map(lines => lines.join('\n'));
const vlan = fc.constantFrom(null, 1, 20, 4094);
const trunks = fc.constantFrom<InterfaceFields['trunks']>(null, [], [5], [5, 6, 30], 'all');

const changedVm: fc.Arbitrary<Changed<VmFields>> = fc.record(
  {
    name: fc.constantFrom('web-1', 'db-1', 'web-1 (2)').map(to => ({ to })),
    vcpus: fc.constantFrom(null, 1, 2, 4, 6).map(to => ({ to })),
    memory: fc.constantFrom(null, 16, 2048, 4000).map(to => ({ to })),
    description: line.map(to => ({ to: to.trim() })),
    comments: notes.map(to => ({ to })),
    tags: fc.record({ from: tags, to: tags }),
    proxmox_start_at_boot: fc.constantFrom(null, true, false).map(to => ({ to })),
    proxmox_qemu_agent: fc.boolean().map(to => ({ to })),
    proxmox_search_domain: fc.constantFrom(null, 'example.org').map(to => ({ to })),
    cloud_init_user: fc.constantFrom(null, 'admin').map(to => ({ to })),
    cloud_init_network: fc.constantFrom('ip=dhcp', '{"ip":"10.0.0.9/24","search_domain":"example.net"}').map(to => ({ to })),
  },
  { requiredKeys: [] },
);
const changedNic: fc.Arbitrary<Changed<InterfaceFields>> = fc.record(
  {
    enabled: fc.boolean().map(to => ({ to })),
    vlan: vlan.map(to => ({ to })),
    trunks: trunks.map(to => ({ to })),
    mtu: fc.constantFrom(null, 1400, 9000).map(to => ({ to })),
    bridge: fc.constantFrom('vmbr0', 'vmbr1').map(to => ({ to })),
  },
  { requiredKeys: [] },
);
const changes: fc.Arbitrary<GuestUpdate> = fc
  .record({
    vm: changedVm,
    nics: fc.array(changedNic, { maxLength: 1 }),
    sizes: fc.array(fc.constantFrom(32768, 32769, 50000), { maxLength: 1 }),
    key: fc.constantFrom('scsi0', 'rootfs'),
  })
  .map(({ vm, nics, sizes, key }) =>
    update(vm, {
      interfaces: nics.map(nic => changedInterface(nic)),
      disks: sizes.map(size => changedDisk({ size: { to: size } }, key)),
    }),
  );
const guests = fc
  .record({
    isQemu: fc.boolean(),
    live: fc.constantFrom('', 'prod', 'prod;web', 'proxbox-destroying;test'),
    description: notes,
    sockets: fc.constantFrom('1', '2'),
    agent: fc.constantFrom('1', 'enabled=0,type=isa', ''),
    hasMark: fc.boolean(),
  })
  .map(({ isQemu, live, description, sockets, agent, hasMark }) => {
    const shared = {
      ...(live !== '' && { tags: live }),
      ...((description !== '' || hasMark) && {
        description: formatDescription({ notes: description, metadata: null, birthMark: hasMark ? MARK : null }),
      }),
    };
    return isQemu
      ? qemu({ ...shared, sockets, ...(agent !== '' && { agent }) })
      : lxc({ ...shared, rootfs: 'local-lvm:vm-100-disk-0,size=32G' });
  });

test('planning what was just applied is nothing, and everything that was wanted is there', () => {
  fc.assert(
    fc.property(guests, changes, (guest, change) => {
      const cluster = new ModelCluster({ ...guest, raw: { ...guest.raw } });
      const planned = planUpdate(change, cluster.live(100), null, options());
      const mark = parseDescription(cluster.live(100).config.description).birthMark;
      cluster.make(planned.calls);
      const live = cluster.live(100);
      const again = planUpdate(change, live, null, options());
      expect({ fields: planned.refusals.length > 0 ? [] : again.fields, calls: again.calls }).toEqual({ fields: [], calls: [] });
      expect(wantedValues(planned).filter(value => !isThere(value, guest.kind, live.config.raw))).toEqual([]);
      expect(parseDescription(live.config.description).birthMark).toBe(mark);
    }),
    { numRuns: 500 },
  );
});

test('a plan touches nothing that the change is not about, and nothing at all when it is refused', () => {
  fc.assert(
    fc.property(guests, changes, (guest, change) => {
      const cluster = new ModelCluster({ ...guest, raw: { ...guest.raw } });
      const before = cluster.live(100);
      const planned = planUpdate(change, before, null, options());
      if (planned.refusals.length > 0) expect(planned.calls).toEqual([]);
      cluster.make(planned.calls);
      const after = cluster.live(100);
      expect(after.config.nics.map(nic => nic.mac)).toEqual(before.config.nics.map(nic => nic.mac));
      expect(after.config.sockets).toBe(before.config.sockets);
      for (const tagKept of before.config.tags.filter(name => name.startsWith('proxbox-')))
        expect(after.config.tags).toContain(tagKept);
      for (const disk of before.config.disks) {
        const now = after.config.disks.find(({ key }) => key === disk.key);
        expect(now?.volid).toBe(disk.volid);
        expect(now?.sizeBytes).toBeGreaterThanOrEqual(disk.sizeBytes ?? 0);
      }
      if (change.vm.vcpus === undefined) expect(liveVcpus(after)).toBe(liveVcpus(before));
      if (change.vm.memory === undefined) expect(after.config.memoryMib).toBe(before.config.memoryMib);
    }),
    { numRuns: 500 },
  );
});

const cards = fc.constantFrom(
  'virtio=BC:24:11:00:00:01,bridge=vmbr0',
  'e1000,macaddr=bc:24:11:00:00:01,bridge=vmbr0,tag=5,firewall=1,rate=10',
  'model=virtio,macaddr=BC:24:11:00:00:01,bridge=vmbr0,trunks=5;6,link_down=1,queues=4',
);

test('a card keeps every property that is not changed, and shows those that are', () => {
  fc.assert(
    fc.property(
      cards,
      fc.record({
        enabled: fc.boolean(),
        mtu: fc.constantFrom(null, 1400),
        vlan,
        trunks,
        bridge: fc.constantFrom('vmbr0', 'vmbr9'),
      }),
      (text, wanted) => {
        const card = formatPropertyString(withSwitching(parsePropertyString(text), wanted));
        const [before, after] = [parseQemuNic('net0', text), parseQemuNic('net0', card)];
        expect({ mac: after.mac, model: after.model, rate: after.rate, firewall: after.firewall }).toEqual({
          mac: before.mac,
          model: before.model,
          rate: before.rate,
          firewall: before.firewall,
        });
        const shown = shownNics(new ModelCluster(qemu({ net0: card })).live(100)).get('net0');
        const noTrunk = Array.isArray(wanted.trunks) && wanted.trunks.length === 0;
        expect(shown).toMatchObject({
          enabled: wanted.enabled,
          mtu: wanted.mtu,
          vlan: wanted.vlan,
          bridge: wanted.bridge,
          trunks: noTrunk ? null : wanted.trunks,
        });
        expect(formatPropertyString(withSwitching(parsePropertyString(card), wanted))).toBe(card);
      },
    ),
  );
});

test('a description is read back as it was written', () => {
  const ids = fc.record({ role: fc.integer({ min: 1 }), tenant: fc.integer({ min: 1 }) }, { requiredKeys: [] });
  fc.assert(
    fc.property(
      fc.string().filter(text => text === text.trimEnd() && !text.includes('```') && !text.includes('<!--')),
      fc.option(ids),
      fc.boolean(),
      (text, metadata, hasMark) => {
        const whole = {
          notes: text,
          metadata: metadata && Object.keys(metadata).length > 0 ? metadata : null,
          birthMark: hasMark ? MARK : null,
        };
        expect(parseDescription(formatDescription(whole))).toEqual(whole);
        expect(parseDescription(`${formatDescription(whole)}\n`)).toEqual(whole);
      },
    ),
  );
});

test('notes that were made from NetBox’s fields are those fields again', () => {
  fc.assert(
    fc.property(
      fc.option(line, { nil: undefined }),
      fc.option(notes, { nil: undefined }),
      notes,
      (description, comments, now) => {
        const once = wantedNotes(description?.trim(), comments, now.trim());
        expect(wantedNotes(description?.trim(), comments, once)).toBe(once);
      },
    ),
  );
});

test('a new guest has what was wanted, whatever it came from', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('nothing', 'template', 'archive'),
      fc.record({ vcpus: fc.constantFrom(1, 2, 8), memory: fc.integer({ min: 16, max: 100_000 }), tags, description: line }),
      fc.array(fc.record({ vlan, mtu: fc.constantFrom(null, 1400), enabled: fc.boolean() }), { maxLength: 3 }),
      fc.array(fc.integer({ min: 32 * 1024, max: 100_000 }), { minLength: 1, maxLength: 3 }),
      (from, vm, nics, sizes) => {
        const kind = from === 'archive' ? ('lxc' as const) : ('qemu' as const);
        const first = kind === 'lxc' ? 'rootfs' : 'scsi0';
        const change = create(
          { ...vm, ...(kind === 'lxc' && { proxmox_ostemplate: 'local:vztmpl/x' }) },
          {
            guest: { netboxId: 8, name: 'web-1', kind, vmid: null, endpointId: 'e1' },
            interfaces: nics.map((nic, at) => newInterface({ ...nic, name: `if${at}` }, 100 + at)),
            disks: sizes.map((size, at) => newDisk({ name: at === 0 ? first : `disk${at}`, size }, 200 + at)),
          },
        );
        const cluster = new ModelCluster(qemu({ template: '1', onboot: '1', protection: '1', tags: 'old' }, { vmid: 900 }));
        const planned = planCreate(change, birth(from === 'template' ? { template: cluster.live(900) } : {}), options());
        expect(planned.refusals).toEqual([]);
        cluster.make(planned.calls);
        const live = cluster.live(200);
        expect(wantedValues(planned).filter(value => !isThere(value, kind, live.config.raw))).toEqual([]);
        expect({
          vcpus: liveVcpus(live),
          memory: live.config.memoryMib,
          onboot: live.config.onboot,
          protection: live.config.protection,
        }).toEqual({ vcpus: vm.vcpus, memory: vm.memory, onboot: false, protection: false });
        expect(live.config.tags.some(name => name === 'old' || name.startsWith('proxbox'))).toBe(false);
        const shown = shownNics(live);
        planned.links.forEach(({ kind: part, netboxId, key }) => {
          if (part === 'interface') expect(shown.get(key)).toMatchObject(nics[netboxId - 100] ?? {});
          else expect(live.config.disks.find(disk => disk.key === key)?.sizeBytes).toBe((sizes[netboxId - 200] ?? 0) * 1024 ** 2);
        });
        expect(planned.links).toHaveLength(nics.length + sizes.length);
      },
    ),
    { numRuns: 300 },
  );
});
