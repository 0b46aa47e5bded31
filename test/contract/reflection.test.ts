import { startNetBoxSimulator } from '../../simulators/netbox/server';
import { startProxmoxSimulator, type ProxmoxSimulator } from '../../simulators/proxmox/simulator';
import { startSyncWorld, type NetBoxTarget, type RunView, type SyncWorld } from '../support/sync-world';
import { confirmed, list, removeCluster } from './support/shared-netbox';

/**
 * The whole product against a NetBox: the simulator's in every version, and the real one where NETBOX_CONTRACT_URL and
 * NETBOX_CONTRACT_TOKEN name it. What the simulator accepts proves nothing about the real one.
 */
interface Target {
  name: string;
  guests: number;
  open(): Promise<NetBoxTarget & { close(): Promise<void> }>;
}

const { NETBOX_CONTRACT_URL: url, NETBOX_CONTRACT_TOKEN: token } = process.env;
const real: Target[] =
  url !== undefined && token !== undefined
    ? [{ name: 'real NetBox', guests: 300, open: async () => ({ url, token, close: async () => {} }) }]
    : [];
const targets: Target[] = [
  { name: 'simulated NetBox 4.7', guests: 60, open: () => startNetBoxSimulator({ version: '4.7' }) },
  { name: 'simulated NetBox 4.6', guests: 60, open: () => startNetBoxSimulator({ version: '4.6' }) },
  { name: 'simulated NetBox 4.5', guests: 60, open: () => startNetBoxSimulator({ version: '4.5' }) },
  ...real,
];

jest.setTimeout(900_000);

describe.each(targets)('a sync into $name', ({ guests, open }) => {
  const clusterName = `contract-${Date.now().toString(36)}`;
  let netbox: Awaited<ReturnType<Target['open']>>;
  let proxmox: ProxmoxSimulator;
  let world: SyncWorld;
  let first: RunView;

  beforeAll(async () => {
    netbox = await open();
    const networkPrefix = `10.${100 + Math.floor(Math.random() * 100)}`;
    proxmox = await startProxmoxSimulator({ world: { guests, nodes: 4, clusterName, networkPrefix } });
    world = await startSyncWorld(netbox);
    await world.startWorker();
    await world.addEndpoint(clusterName, proxmox);
    first = await confirmed(world, await world.sync());
  });

  afterAll(async () => {
    await world?.stop();
    await proxmox?.close();
    if (netbox && clusterId !== undefined) await removeCluster(netbox, clusterId);
    await netbox?.close();
  });

  let clusterId: number | undefined;

  test('shows every guest with its interfaces, MACs, addresses and disks, and nothing is refused', async () => {
    expect(first).toMatchObject({ state: 'completed', message: null });
    expect(first.counts).toMatchObject({ guests, refused: 0, skipped: 0, notReflected: 0 });

    const [cluster] = await list(netbox, `virtualization/clusters/?name=${clusterName}`);
    clusterId = Number(cluster?.['id']);
    const vms = await list(netbox, `virtualization/virtual-machines/?cluster_id=${clusterId}`);
    const interfaces = await list(netbox, `virtualization/interfaces/?cluster_id=${clusterId}`);
    const truth = proxmox.world.truth().guests;

    expect(vms).toHaveLength(guests);
    expect(new Set(vms.map(vm => (vm['custom_fields'] as Record<string, unknown>)['proxmox_vm_id']))).toEqual(
      new Set(truth.map(guest => guest.vmid)),
    );
    const macs = interfaces.flatMap(item => (item['mac_address'] === null ? [] : [String(item['mac_address'])])).sort();
    expect(macs).toEqual(truth.flatMap(guest => guest.nics.map(nic => nic.mac.toUpperCase())).sort());
    expect(interfaces).toHaveLength(truth.flatMap(guest => guest.nics).length);
    for (const guest of truth) {
      const vm = vms.find(row => (row['custom_fields'] as Record<string, unknown>)['proxmox_vm_id'] === guest.vmid);
      const sizes = guest.disks.filter(disk => !disk.cdrom && disk.size > 0).map(disk => Math.ceil(disk.size / 1024 ** 2));
      expect([guest.name, vm?.['virtual_disk_count'], vm?.['disk'] ?? 0]).toEqual([
        guest.name,
        sizes.length,
        sizes.reduce((sum, size) => sum + size, 0),
      ]);
    }
  });

  test('every address that a running guest tells is on its own interface, and one of them is primary', async () => {
    const vms = await list(netbox, `virtualization/virtual-machines/?cluster_id=${clusterId}`);
    const { items } = await world.api<{ items: { key: string | null }[] }>('GET', `/runs/${first.id}/findings?limit=500`);
    const silent = new Set(items.map(finding => finding.key));
    const fieldsOf = (vmid: number): Record<string, unknown> =>
      (vms.find(row => (row['custom_fields'] as Record<string, unknown>)['proxmox_vm_id'] === vmid)?.['custom_fields'] ??
        {}) as Record<string, unknown>;
    const told = proxmox.world
      .truth()
      .guests.filter(guest => guest.power === 'running' && !silent.has(`${guest.kind}/${guest.vmid}`))
      .filter(guest => guest.kind === 'lxc' || fieldsOf(guest.vmid)['proxmox_qemu_agent'] === true);
    expect(told.length).toBeGreaterThan(0);
    for (const guest of told) {
      const expected = guest.nics.flatMap(nic => nic.addresses.map(item => item.address.toLowerCase())).filter(isReflected);
      const vm = vms.find(row => (row['custom_fields'] as Record<string, unknown>)['proxmox_vm_id'] === guest.vmid);
      const shown = await list(netbox, `ipam/ip-addresses/?virtual_machine_id=${String(vm?.['id'])}`);
      expect(shown.map(row => String(row['address']).split('/')[0]).sort()).toEqual([...new Set(expected)].sort());
      if (expected.some(address => !address.includes(':'))) expect(vm?.['primary_ip4']).not.toBeNull();
    }
  });

  test('the second run sends no write', async () => {
    const second = await world.sync();
    expect(second).toMatchObject({ state: 'completed', counts: { written: 0, refused: 0, skipped: 0 } });
  });
});

/** Loopback and link-local addresses mean nothing outside the guest. */
const isReflected = (address: string): boolean => !/^(127\.|::1$|fe80:)/.test(address);
