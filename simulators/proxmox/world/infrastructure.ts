import type { Cluster } from '../cluster';
import type { Node, Storage, Volume } from '../state';

/** The world's first second: all its times lie after it, none depends on when the simulator was started. */
export const WORLD_EPOCH = 1_767_225_600;

const GiB = 1024 ** 3;

export function addNodes(cluster: Cluster, names: readonly string[], networkPrefix: string): void {
  names.forEach((name, i) => {
    const ip = `${networkPrefix}.255.${i + 10}`;
    const node: Node = {
      name,
      id: i + 1,
      ip,
      cpus: [16, 32, 64][i % 3] ?? 16,
      memory: ([64, 128, 256][i % 3] ?? 64) * GiB,
      disk: 256 * GiB,
      startedAt: WORLD_EPOCH + i * 3600,
      returning: false,
      reach: 'ok',
      daemon: 'ok',
      bridges: ['vmbr0', 'vmbr1'],
      network: networkOf(ip, `${networkPrefix}.255.1`),
    };
    cluster.nodes.set(name, node);
  });
}

/** Two cards in a bond under a VLAN-aware bridge, a second bridge on a card of its own, and a VLAN for the management. */
function networkOf(address: string, gateway: string): Record<string, unknown>[] {
  const manual = { method: 'manual', method6: 'manual', families: ['inet'], active: 1 };
  const card = (iface: string, priority: number): Record<string, unknown> => ({
    iface,
    type: 'eth',
    exists: 1,
    priority,
    ...manual,
  });
  const bridge = {
    type: 'bridge',
    autostart: 1,
    active: 1,
    bridge_stp: 'off',
    bridge_fd: '0',
    method6: 'manual',
    families: ['inet'],
  };
  return [
    card('eno1', 3),
    card('eno2', 4),
    card('enp65s0f0', 5),
    {
      iface: 'bond0',
      type: 'bond',
      autostart: 1,
      priority: 6,
      slaves: 'eno1 eno2',
      bond_mode: '802.3ad',
      bond_xmit_hash_policy: 'layer3+4',
      bond_miimon: '100',
      ...manual,
    },
    {
      ...bridge,
      iface: 'vmbr0',
      priority: 7,
      bridge_ports: 'bond0',
      bridge_vlan_aware: 1,
      bridge_vids: '2-4094',
      method: 'static',
      address,
      netmask: '24',
      cidr: `${address}/24`,
      gateway,
    },
    { ...bridge, iface: 'vmbr1', priority: 8, bridge_ports: 'enp65s0f0', method: 'manual' },
    { iface: 'vmbr0.40', type: 'vlan', autostart: 1, priority: 9, 'vlan-id': '40', 'vlan-raw-device': 'vmbr0', ...manual },
  ];
}

/** What a usual cluster has; a standalone host lacks the shared ones. */
export function usualStorages(standalone: boolean): Storage[] {
  const storages: Storage[] = [
    {
      name: 'local',
      type: 'dir',
      content: ['iso', 'vztmpl', 'backup', 'snippets', 'import'],
      shared: false,
      path: '/var/lib/vz',
      total: 256 * GiB,
      used: 48 * GiB,
    },
    { name: 'local-lvm', type: 'lvmthin', content: ['images', 'rootdir'], shared: false, total: 2048 * GiB, used: 700 * GiB },
    { name: 'tank', type: 'zfspool', content: ['images', 'rootdir'], shared: false, total: 8192 * GiB, used: 3000 * GiB },
  ];
  if (standalone) return storages;
  return [
    ...storages,
    { name: 'ceph', type: 'rbd', content: ['images', 'rootdir'], shared: true, total: 65536 * GiB, used: 21000 * GiB },
    {
      name: 'backup-nfs',
      type: 'nfs',
      content: ['backup', 'iso', 'vztmpl'],
      shared: true,
      path: '/mnt/pve/backup-nfs',
      total: 32768 * GiB,
      used: 9000 * GiB,
    },
  ];
}

/** Installation images and container templates. */
export function addMedia(cluster: Cluster): void {
  for (const node of cluster.nodes.keys()) {
    if (!cluster.storages.has('local')) return;
    const media: Pick<Volume, 'volid' | 'content' | 'format' | 'size'>[] = [
      { volid: 'local:iso/debian-13.2.0-amd64-netinst.iso', content: 'iso', format: 'iso', size: 664_797_184 },
      { volid: 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst', content: 'vztmpl', format: 'tzst', size: 129_710_398 },
    ];
    for (const item of media) cluster.addVolume({ ...item, storage: 'local', node, ctime: WORLD_EPOCH }, node);
  }
}
