import { closeAll, sendJson, startPair, withNodes } from './support/loopback';

afterEach(closeAll);

/** A client of a server with one answer, for shapes that a plain installation does not show. */
async function answering(data: unknown) {
  const { client } = await startPair(withNodes(['pve1'], (_, response) => sendJson(response, data)));
  return client;
}

test('tag style with colours', async () => {
  const client = await answering({
    'tag-style': { 'case-sensitive': '1', ordering: 'config', 'color-map': 'prod:FF0000:ffffff;web:00ff00;broken:red' },
    'user-tag-access': { 'user-allow': 'list' },
    'registered-tags': 'b;a',
  });
  expect(await client.clusterOptions()).toEqual({
    macPrefix: null,
    description: null,
    registeredTags: ['a', 'b'],
    allowedTags: [],
    userTagAccess: 'list',
    tagStyle: { caseSensitive: true, configOrder: true, colors: { prod: 'ff0000', web: '00ff00' } },
  });
});

test('bridges, bonds, VLANs and Open vSwitch of a node', async () => {
  const client = await answering([
    {
      iface: 'vmbr0',
      type: 'bridge',
      active: '1',
      bridge_ports: 'eno2 eno1',
      bridge_vlan_aware: 1,
      bridge_vids: '2-4094',
      mtu: '9000',
    },
    { iface: 'bond0', type: 'bond', slaves: 'eno3 eno4', bond_mode: '802.3ad' },
    {
      iface: 'vmbr0.20',
      type: 'vlan',
      'vlan-id': '20',
      'vlan-raw-device': 'vmbr0',
      cidr6: '2001:db8::1/64',
      gateway6: '2001:db8::ff',
    },
    { iface: 'ovs1', type: 'OVSBridge', ovs_ports: 'p2 p1' },
    { iface: 'p1', type: 'OVSIntPort', ovs_tag: 30 },
  ]);
  const interfaces = await client.nodeNetwork('pve1');
  expect(interfaces.map(({ iface, ports }) => [iface, ports])).toEqual([
    ['vmbr0', ['eno1', 'eno2']],
    ['bond0', ['eno3', 'eno4']],
    ['vmbr0.20', []],
    ['ovs1', ['p1', 'p2']],
    ['p1', []],
  ]);
  expect(interfaces[0]).toMatchObject({ active: true, vlanAware: true, vids: '2-4094', mtu: 9000 });
  expect(interfaces[1]).toMatchObject({ active: false, bondMode: '802.3ad' });
  expect(interfaces[2]).toMatchObject({ vlanId: 20, vlanRawDevice: 'vmbr0', cidr6: '2001:db8::1/64', gateway6: '2001:db8::ff' });
  expect(interfaces[4]).toMatchObject({ vlanId: 30 });
});

test('container addresses in the older shape', async () => {
  const client = await answering([{ name: 'eth0', hwaddr: 'bc:24:11:00:00:01', inet: '192.0.2.5/24', inet6: '2001:db8::5/64' }]);
  expect(await client.containerInterfaces({ node: 'pve1', kind: 'lxc', vmid: 100 })).toEqual([
    {
      name: 'eth0',
      mac: 'bc:24:11:00:00:01',
      addresses: [
        { address: '192.0.2.5', prefix: 24, family: 4 },
        { address: '2001:db8::5', prefix: 64, family: 6 },
      ],
    },
  ]);
});

test('backups on a backup server', async () => {
  const client = await answering([
    {
      volid: 'pbs:backup/vm/100/x',
      content: 'backup',
      vmid: '100',
      size: '5',
      ctime: 7,
      protected: 1,
      verification: { state: 'ok', upid: 'u' },
    },
  ]);
  expect(await client.storageContent('pve1', 'pbs')).toEqual([
    expect.objectContaining({ vmid: 100, size: 5, protected: true, verification: 'ok', notes: null }),
  ]);
});

test('replication jobs and backup jobs of everything', async () => {
  expect(
    await (
      await answering([{ id: '100-0', guest: '100', target: 'pve2', disable: 1, schedule: '*/15', rate: '1.5' }])
    ).replications(),
  ).toEqual([expect.objectContaining({ id: '100-0', guest: 100, target: 'pve2', disabled: true, rate: 1.5, source: null })]);
  expect(await (await answering([{ id: 'all', all: 1, exclude: '102,101', enabled: '0' }])).backupJobs()).toEqual([
    expect.objectContaining({ id: 'all', all: true, enabled: false, exclude: [101, 102], vmids: [], nextRun: null }),
  ]);
});

test('HA rules', async () => {
  expect(
    await (
      await answering([
        { rule: 'r1', type: 'node-affinity', resources: 'vm:101,vm:100', nodes: 'pve2:1,pve1:2', strict: '1', disable: 0 },
      ])
    ).haGroupsOrRules(),
  ).toEqual({
    kind: 'rules',
    rules: [
      expect.objectContaining({
        rule: 'r1',
        resources: ['vm:100', 'vm:101'],
        nodes: ['pve1:2', 'pve2:1'],
        strict: true,
        disabled: false,
      }),
    ],
  });
});
