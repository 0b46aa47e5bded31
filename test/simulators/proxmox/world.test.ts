import {
  startProxmoxSimulator,
  type ProxmoxSimulator,
  type ProxmoxSimulatorOptions,
} from '../../../simulators/proxmox/simulator';
import { Caller } from './support/client';

const running: ProxmoxSimulator[] = [];

async function start(world: NonNullable<ProxmoxSimulatorOptions['world']>): Promise<ProxmoxSimulator> {
  const simulator = await startProxmoxSimulator({ tls: false, world });
  running.push(simulator);
  return simulator;
}

afterAll(() => Promise.all(running.map(simulator => simulator.close())));

test('the same seed and size give the same world, another seed another one', async () => {
  const truthOf = async (seed: string): Promise<string> => JSON.stringify((await start({ seed, guests: 80 })).world.truth());
  const first = await truthOf('a');
  expect(await truthOf('a')).toBe(first);
  expect(await truthOf('b')).not.toBe(first);
});

test('a larger world begins with the guests of the smaller one', async () => {
  const small = (await start({ guests: 30 })).world.truth();
  const large = (await start({ guests: 60 })).world.truth();
  const strip = (world: typeof small): unknown[] =>
    world.guests.slice(0, 30).map(({ vmid, name, nics }) => ({ vmid, name, nics }));
  expect(strip(large)).toEqual(strip(small));
});

test('no two guests share an address or a MAC, unless conflicts are asked for', async () => {
  const addressesOf = (simulator: ProxmoxSimulator): string[] =>
    simulator.world.truth().guests.flatMap(guest => guest.nics.flatMap(nic => nic.addresses.map(({ address }) => address)));
  const plain = await start({ guests: 1500, nodes: 8 });
  const macs = plain.world.truth().guests.flatMap(guest => guest.nics.map(nic => nic.mac));
  expect(new Set(macs).size).toBe(macs.length);
  expect(new Set(addressesOf(plain)).size).toBe(addressesOf(plain).length);
  const conflicting = addressesOf(await start({ guests: 60, duplicateAddressEvery: 10 }));
  expect(new Set(conflicting).size).toBeLessThan(conflicting.length);
});

test('two worlds with different prefixes share no address', async () => {
  const used = async (seed: number, networkPrefix: string): Promise<Set<string>> => {
    const { guests } = (await start({ seed, guests: 100, networkPrefix })).world.truth();
    return new Set(
      guests.flatMap(guest =>
        guest.nics.flatMap(nic => nic.addresses.map(item => item.address).filter(item => !item.startsWith('fe80'))),
      ),
    );
  };
  const first = await used(1, '10.20');
  const second = await used(2, '10.21');
  expect([...second].filter(address => first.has(address))).toEqual([]);
});

test('a world of 400 guests shows every variety that a sync must bear', async () => {
  const simulator = await start({ guests: 400, nodes: 5 });
  const { guests } = simulator.world.truth();
  const models = new Set(guests.flatMap(guest => guest.nics.map(nic => nic.model)));
  const keys = new Set(guests.flatMap(guest => guest.disks.map(disk => disk.key.replace(/\d+$/, ''))));
  const sizes = [...simulator.world.sim.cluster.guests.values()].flatMap(guest =>
    Object.values(guest.config).map(value => /size=\d+([KMGT])/.exec(String(value))?.[1]),
  );
  const names = guests.map(guest => guest.name);
  expect([...models]).toEqual(
    expect.arrayContaining(['virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3', 'i82551', 'ne2k_pci', 'pcnet', 'veth']),
  );
  expect([...keys]).toEqual(
    expect.arrayContaining(['scsi', 'virtio', 'sata', 'ide', 'efidisk', 'tpmstate', 'unused', 'rootfs', 'mp']),
  );
  expect(new Set(sizes)).toEqual(new Set([undefined, 'K', 'M', 'G', 'T']));
  expect(new Set(guests.map(guest => guest.power))).toEqual(new Set(['running', 'stopped', 'paused']));
  expect(new Set(guests.map(guest => guest.agent))).toEqual(new Set(['present', 'dead', 'none']));
  expect(guests.some(guest => guest.template)).toBe(true);
  expect(new Set(names).size).toBeLessThan(names.length);
  expect(names.some(name => name.length > 63)).toBe(true);
});

test('a cluster has what surrounds its guests, with the colours of its tags', async () => {
  const reader = new Caller(await start({ guests: 120, nodes: 4 }), 'read');
  const counts = await Promise.all(
    ['/cluster/backup', '/cluster/replication', '/cluster/ha/resources', '/pools', '/storage', '/nodes/lab-01/network'].map(
      async path => (await reader.rows(path)).length,
    ),
  );
  expect(counts.every(count => count > 0)).toBe(true);
  const interfaces = await reader.rows('/nodes/lab-02/network');
  expect(interfaces.map(item => item['type']).sort()).toEqual(['bond', 'bridge', 'bridge', 'eth', 'eth', 'eth', 'vlan']);
  expect(await reader.read('/cluster/options')).toHaveProperty(['tag-style', 'color-map']);
});

test('a standalone host has one node, no cluster row and no shared storage', async () => {
  const reader = new Caller(await start({ guests: 10, clusterName: null, standaloneNode: 'pve' }), 'read');
  const status = await reader.rows('/cluster/status');
  expect(status).toHaveLength(1);
  expect(status[0]).toMatchObject({ type: 'node', name: 'pve', nodeid: 0, local: 1 });
  expect((await reader.rows('/cluster/resources', { type: 'storage' })).every(row => row['shared'] === 0)).toBe(true);
});

test('every guest of the truth stands in the cluster resources, and its configuration tells the same cards', async () => {
  const simulator = await start({ guests: 60 });
  const reader = new Caller(simulator, 'read');
  const { guests } = simulator.world.truth();
  const rows = await reader.rows('/cluster/resources', { type: 'vm' });
  expect(rows.map(row => row['vmid']).sort()).toEqual(guests.map(guest => guest.vmid).sort());
  for (const guest of guests) {
    const config = await reader.read(`/nodes/${guest.node}/${guest.kind}/${guest.vmid}/config`);
    expect(config['digest']).toBe(guest.digest);
    for (const nic of guest.nics) expect(String(config[nic.key])).toContain(nic.mac);
  }
});

test('lists and keys come in another order each time', async () => {
  const reader = new Caller(await start({ guests: 40 }), 'read');
  const order = async (): Promise<string> => (await reader.rows('/cluster/resources')).map(row => row['id']).join();
  expect(new Set([await order(), await order(), await order()]).size).toBeGreaterThan(1);
});

test('sizes out of range are refused', async () => {
  await expect(startProxmoxSimulator({ world: { guests: 10_001 } })).rejects.toThrow('guests');
  await expect(startProxmoxSimulator({ world: { nodes: 41 } })).rejects.toThrow('nodes');
});
