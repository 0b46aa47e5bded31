import type { DesireContext, PlannedGuest } from '../../../../domain/reflection/kind';
import { reflectionKindNames, type ReflectionKindName } from '../../../../domain/reflection/kind-names';
import { kindClosure, kindNamed, kindsInOrder } from '../../../../domain/reflection/kinds';
import { defaultPolicy } from '../../../../domain/reflection/policy';
import { ref, type Values } from '../../../../domain/reflection/values';
import { cluster, disk, guest, inventory, nic } from './support/guests';
import { addressesOf, Endpoint, writes } from './support/sync';

const proxbox = ref('support', 'extras/tags/proxbox');
const planned = (fields: Parameters<typeof guest>[1] = {}): PlannedGuest => ({
  ...guest(100, fields),
  givenName: fields?.name ?? 'vm100',
});

const nothingDescribed = { role: new Set<number>(), tenant: new Set<number>(), platform: new Set<number>() };
const context = (guests: PlannedGuest[], fields: Partial<DesireContext> = {}): DesireContext => ({
  endpoint: { id: 'e1', name: 'lab', url: 'https://pve:8006', netboxClusterName: null, vrfId: null },
  cluster,
  clusterName: 'lab',
  deviceNames: {},
  site: { id: 3 },
  guests,
  described: nothingDescribed,
  policy: defaultPolicy,
  capabilities: { vmTypes: true, interfaceMacWritable: true },
  customFields: { vm: new Set(), device: new Set(), cluster: new Set(), interface: new Set() },
  ...fields,
});

const desired = (kind: ReflectionKindName, guests: PlannedGuest[], fields: Partial<DesireContext> = {}) =>
  kindNamed(kind).desire(context(guests, fields));
const valuesOf = (
  kind: ReflectionKindName,
  guests: PlannedGuest[],
  fields: Partial<DesireContext> = {},
): Record<string, Values> => Object.fromEntries(desired(kind, guests, fields).map(object => [object.key, object.values]));

describe('the register', () => {
  test('has every kind once, after what it depends on', () => {
    const done = new Set<string>();
    for (const kind of kindsInOrder) {
      expect(kind.dependsOn.filter(name => !done.has(name))).toEqual([]);
      done.add(kind.name);
    }
    expect([...done]).toEqual([...reflectionKindNames]);
  });

  test('knows what a kind needs, and that addresses need their release', () => {
    expect([...kindClosure(['cluster'])].sort()).toEqual(['cluster', 'site']);
    expect(kindClosure(['ip-address'])).toContain('primary-release');
    expect(kindClosure([])).toEqual(new Set(reflectionKindNames));
    expect(kindClosure(undefined).size).toBe(reflectionKindNames.length);
  });
});

describe('hosts', () => {
  test('the cluster is of its mode, in the site', () => {
    expect(valuesOf('cluster', [])).toEqual({
      cluster: {
        name: 'lab',
        type: ref('support', 'virtualization/cluster-types/cluster'),
        scope_type: 'dcim.site',
        scope_id: 3,
        description: 'Proxmox cluster cluster.',
        tags: [proxbox],
      },
    });
  });

  test('a default site is made only where the endpoint has none', () => {
    expect(desired('site', [])).toEqual([]);
    const site = { create: { name: 'Default', slug: 'default' } };
    expect(valuesOf('site', [], { site })).toEqual({ default: { name: 'Default', slug: 'default', status: 'active' } });
    expect(valuesOf('cluster', [], { site })['cluster']!['scope_id']).toEqual(ref('site', 'default'));
  });

  test('nodes are active or offline; of a node that nobody knows about the status stays as it is', () => {
    const nodes = (['online', 'offline', 'unknown'] as const).map(status => ({ name: status, status, fingerprint: null }));
    const devices = valuesOf('device', [], { cluster: { ...cluster, nodes }, deviceNames: { offline: 'offline (lab)' } });
    expect(Object.values(devices).map(({ name, status }) => [name, status])).toEqual([
      ['online', 'active'],
      ['offline (lab)', 'offline'],
      ['unknown', undefined],
    ]);
  });
});

describe('VLANs', () => {
  const tagged = planned({
    nics: [nic('net0', { vlan: 20, trunks: [30, 20] }), nic('net1', { trunks: Array.from({ length: 65 }, (_, i) => i + 100) })],
  });

  test('are those of tags and short trunks, in the endpoint’s site', () => {
    const vlans = valuesOf('vlan', [tagged]);
    expect(Object.keys(vlans)).toEqual(['20', '30']);
    expect(vlans['20']).toMatchObject({ vid: 20, name: 'VLAN 20', site: 3 });
  });

  test('a NIC is untagged, of one VLAN, of some, or of all', () => {
    const interfaces = valuesOf('interface', [{ ...tagged, nics: [...tagged.nics, nic('net2', { vlan: 5 }), nic('net3')] }]);
    const switching = Object.values(interfaces).map(({ mode, untagged_vlan, tagged_vlans }) => [
      mode,
      untagged_vlan,
      tagged_vlans,
    ]);
    expect(switching).toEqual([
      ['tagged', ref('vlan', '20'), [ref('vlan', '30'), ref('vlan', '20')]],
      ['tagged-all', null, []],
      ['access', ref('vlan', '5'), []],
      [null, null, []],
    ]);
  });

  test('of the site come before global ones, those of other sites never', () => {
    const endpoint = new Endpoint();
    const site = endpoint.netbox.insert('dcim/sites', { name: 'Site', slug: 'site' });
    const other = endpoint.netbox.insert('dcim/sites', { name: 'Other', slug: 'other' });
    endpoint.netbox.insert('ipam/vlans', { vid: 20, name: 'other', site: other.id });
    const global20 = endpoint.netbox.insert('ipam/vlans', { vid: 20, name: 'global', site: null });
    const own30 = endpoint.netbox.insert('ipam/vlans', { vid: 30, name: 'own', site: site.id });
    endpoint.netbox.insert('ipam/vlans', { vid: 30, name: 'global', site: null });
    endpoint.netbox.insert('ipam/vlans', { vid: 40, name: 'other', site: other.id });
    const nics = [20, 30, 40].map((vlan, index) => nic(`net${index}`, { vlan }));

    const changes = endpoint.sync(inventory([guest(100, { nics })]));

    expect(changes.filter(change => change.kind === 'vlan' && change.action === 'create').map(change => change.key)).toEqual([
      '40',
    ]);
    const untagged = endpoint.netbox.rows('virtualization/interfaces').map(row => (row['untagged_vlan'] as { id: number }).id);
    expect(untagged.slice(0, 2)).toEqual([global20.id, own30.id]);
  });
});

describe('guests', () => {
  test('have status, size, notes and marks; what is not known is not touched', () => {
    const vm = { customFields: { ...context([]).customFields, vm: new Set(['proxmox_vm_id', 'proxmox_link']) } };
    const [values] = Object.values(valuesOf('virtual-machine', [planned({ name: 'web', notes: 'Shop\nof ours' })], vm));
    expect(values).toMatchObject({
      name: 'web',
      status: 'active',
      vcpus: 2,
      memory: 2048,
      description: 'Shop',
      comments: 'Shop\nof ours',
      device: ref('device', 'n1'),
      'cf.proxmox_vm_id': 100,
      'cf.proxmox_link': 'https://pve:8006/#v1:0:=qemu/100',
    });
    expect(Object.keys(values!).filter(field => field.startsWith('cf.'))).toHaveLength(2);
    const [unknown] = Object.values(valuesOf('virtual-machine', [planned({ status: 'unknown' })]));
    expect(unknown).not.toHaveProperty('status');
    expect(unknown).toMatchObject({ description: 'Synced from Proxmox node n1', comments: '' });
  });

  test('have a type where NetBox knows types, else a role', () => {
    const of = (vmTypes: boolean, kind: 'qemu' | 'lxc') =>
      valuesOf('virtual-machine', [planned({ kind })], { capabilities: { vmTypes, interfaceMacWritable: vmTypes } })[
        `${kind}/100`
      ]!;
    expect(of(true, 'qemu')).toMatchObject({
      virtual_machine_type: ref('support', 'virtualization/virtual-machine-types/qemu-virtual-machine'),
    });
    expect(of(true, 'qemu')).not.toHaveProperty('role');
    expect(of(false, 'lxc')).toMatchObject({ role: ref('support', 'dcim/device-roles/container-lxc') });
  });

  test('carry their tags from Proxmox; the tag of their discovery is given once', () => {
    const [object] = desired('virtual-machine', [planned({ tags: ['Prod', 'prod', 'Team A'] })]);
    expect(object!.values['tags']).toEqual([proxbox, ref('tag', 'prod'), ref('tag', 'team-a')]);
    expect(object!.atCreation!['tags']).toContainEqual(ref('support', 'extras/tags/proxbox-discovered-qemu'));
    const tags = valuesOf('tag', [planned({ tags: ['Prod', 'prod', 'Team A'] })], {
      cluster: { ...cluster, tagColors: { Prod: 'b02020' } },
    });
    expect(tags).toMatchObject({ prod: { name: 'Prod', color: 'b02020' }, 'team-a': { name: 'Team A' } });
    expect(tags['team-a']!['color']).toMatch(/^[0-9a-f]{6}$/);
  });

  test('disks say where they are', () => {
    const disks = valuesOf('virtual-disk', [planned({ disks: [{ ...disk('scsi0', 8192), format: 'qcow2' }, disk('mp1')] })]);
    expect(Object.values(disks)).toEqual([
      {
        virtual_machine: ref('virtual-machine', 'qemu/100'),
        name: 'scsi0',
        size: 8192,
        description: 'Storage: local-lvm | Format: qcow2',
      },
      { virtual_machine: ref('virtual-machine', 'qemu/100'), name: 'mp1', size: 1024, description: 'Storage: local-lvm' },
    ]);
  });
});

describe('interfaces', () => {
  const withNics = (...nics: ReturnType<typeof nic>[]) => inventory([guest(100, { nics })]);

  test('are recognised by MAC before name, on every version', () => {
    for (const interfaceMacWritable of [true, false]) {
      const endpoint = new Endpoint();
      endpoint.sync(withNics(nic('net0', { mac: 'BC:24:11:00:00:01' }), nic('net1', { mac: 'BC:24:11:00:00:02' })));
      endpoint.netbox.capabilities.interfaceMacWritable = interfaceMacWritable;
      const [first, second] = endpoint.netbox.rows('virtualization/interfaces');
      endpoint.netbox.edit('virtualization/interfaces', second!.id, { name: 'spare' });
      endpoint.netbox.edit('virtualization/interfaces', first!.id, { name: 'net1' });
      endpoint.links.delete('interface');
      const { plan } = endpoint.plan(
        withNics(nic('net0', { mac: 'BC:24:11:00:00:01' }), nic('net1', { mac: 'BC:24:11:00:00:02' })),
      );
      const recognised = plan.changes.filter(change => change.kind === 'interface').map(change => [change.key, change.netboxId]);
      expect(recognised).toEqual([
        ['qemu/100/net0', first!.id],
        ['qemu/100/net1', second!.id],
      ]);
    }
  });

  test('two interfaces with the NIC’s MAC are ambiguous, and nothing is made', () => {
    const endpoint = new Endpoint();
    const world = withNics(nic('net0', { mac: 'BC:24:11:00:00:01' }));
    endpoint.sync(world);
    const vm = endpoint.netbox.rows('virtualization/virtual-machines')[0]!;
    endpoint.netbox.insert('virtualization/interfaces', {
      virtual_machine: vm.id,
      name: 'twin',
      mac_address: 'BC:24:11:00:00:01',
    });
    endpoint.links.delete('interface');
    const { plan } = endpoint.plan(world);
    expect(plan.findings.map(finding => finding.code)).toContain('ambiguous');
    expect(plan.changes.filter(change => change.kind === 'interface')).toEqual([]);
  });

  test('one that a person moved to another VM is left there, and another is made', () => {
    const endpoint = new Endpoint();
    const world = inventory([guest(100), guest(101)]);
    endpoint.sync(world);
    const [mine] = endpoint.netbox.rows('virtualization/interfaces');
    const other = endpoint.netbox.rows('virtualization/virtual-machines')[1]!;
    endpoint.netbox.edit('virtualization/interfaces', mine!.id, { virtual_machine: other.id, name: 'moved' });
    const changes = writes(endpoint.sync(world));
    expect(changes.map(change => [change.kind, change.action])).toEqual([['interface', 'create']]);
    expect(writes(endpoint.sync(inventory([guest(100, { nics: [] }), guest(101)])))).toHaveLength(1);
    expect(endpoint.netbox.rows('virtualization/interfaces').map(row => row['name'])).toContain('moved');
  });
});

describe('addresses', () => {
  const at = (vmid: number, addresses: string[], fields: Parameters<typeof guest>[1] = {}) =>
    guest(vmid, { nics: [nic('net0', { mac: null, addresses })], ...fields });

  test('an address is claimed whatever its mask, and its mask follows Proxmox', () => {
    const endpoint = new Endpoint();
    endpoint.sync(inventory([at(100, ['10.0.0.1/24'])]));
    const changes = writes(endpoint.sync(inventory([at(100, ['10.0.0.1/16'])])));
    expect(changes.map(change => [change.kind, change.action, change.after])).toEqual([
      ['ip-address', 'update', { address: '10.0.0.1/16' }],
    ]);
  });

  test('in a VRF of the endpoint’s own nobody else’s address is in the way', () => {
    const endpoint = new Endpoint();
    endpoint.netbox.insert('ipam/ip-addresses', {
      address: '10.0.0.1/24',
      vrf: null,
      assigned_object_type: 'dcim.interface',
      assigned_object_id: 1,
    });
    const world = inventory([at(100, ['10.0.0.1/24'])]);
    const first = endpoint.plan(world).plan;
    expect(first.findings.map(finding => finding.code)).toEqual(['ip-conflict']);
    expect(first.changes.filter(change => ['ip-address', 'primary-ip'].includes(change.kind))).toEqual([]);
    endpoint.vrfId = 77;
    expect(endpoint.plan(world).plan.findings).toEqual([]);
  });

  test('move with the guest to a VRF that is chosen later', () => {
    const endpoint = new Endpoint();
    endpoint.sync(inventory([at(100, ['10.0.0.1/24'])]));
    endpoint.vrfId = 77;
    expect(writes(endpoint.sync(inventory([at(100, ['10.0.0.1/24'])]))).map(change => change.after)).toEqual([{ vrf: 77 }]);
  });

  test('pass from guest to guest only when the one that had them tells that it has not', () => {
    const endpoint = new Endpoint();
    endpoint.sync(inventory([at(100, ['10.0.0.1/24']), at(101, ['10.0.0.2/24'])]));
    const silent = at(100, [], { addressesComplete: false });
    const held = endpoint.plan(inventory([silent, at(101, ['10.0.0.1/24', '10.0.0.2/24'])])).plan;
    expect(held.findings).toMatchObject([{ code: 'ip-conflict', detail: { holder: 'vm100 net0' } }]);
    endpoint.sync(inventory([at(100, ['10.0.0.3/24']), at(101, ['10.0.0.1/24', '10.0.0.2/24'])]));
    expect(addressesOf(endpoint.netbox)).toEqual({
      '10.0.0.1/24': 'vm101 net0',
      '10.0.0.2/24': 'vm101 net0',
      '10.0.0.3/24': 'vm100 net0',
    });
  });

  test('that two guests have stay with the one that had them', () => {
    const endpoint = new Endpoint();
    endpoint.sync(inventory([at(101, ['10.0.0.1/24'])]));
    const { plan } = endpoint.plan(inventory([at(100, ['10.0.0.1/24']), at(101, ['10.0.0.1/24'])]));
    expect(plan.findings).toMatchObject([
      { code: 'ip-conflict', key: 'qemu/100/net0/10.0.0.1', detail: { holder: 'vm101 net0' } },
    ]);
  });

  test('one is primary: of the preferred family, on the first NIC that has one, and no interface that only the guest knows', () => {
    const nics = [
      nic('guest/wg0', { addresses: ['10.9.9.9/24'] }),
      nic('net0'),
      nic('net1', { addresses: ['2001:db8::1/64'] }),
      nic('net2', { addresses: ['10.0.0.1/24'] }),
    ];
    const primary = (family: 'ipv4' | 'ipv6', present = nics) =>
      Object.values(
        valuesOf('primary-ip', [planned({ nics: present })], { policy: { ...defaultPolicy, primaryIpPreference: family } }),
      );
    expect(primary('ipv4')).toEqual([{ primary_ip4: ref('ip-address', 'qemu/100/net2/10.0.0.1') }]);
    expect(primary('ipv6')).toEqual([{ primary_ip6: ref('ip-address', 'qemu/100/net1/2001:db8::1') }]);
    expect(primary('ipv4', nics.slice(0, 3))).toEqual([{ primary_ip6: ref('ip-address', 'qemu/100/net1/2001:db8::1') }]);
    expect(primary('ipv4', nics.slice(0, 2))).toEqual([]);
  });
});
