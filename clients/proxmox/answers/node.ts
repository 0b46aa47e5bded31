import { Fields } from '../fields';

export interface NodeStatus {
  /** `pve-manager/9.2.11/14a22df35955d97d` */
  readonly pveversion: string | null;
  /** `Linux 6.17.0-1-pve #1 SMP …` */
  readonly kversion: string | null;
  /** Seconds. */
  readonly uptime: number | null;
  readonly cpuModel: string | null;
  /** Sockets, cores in all, threads in all. */
  readonly sockets: number | null;
  readonly cores: number | null;
  readonly cpus: number | null;
  /** Bytes. */
  readonly memoryTotal: number | null;
  readonly memoryUsed: number | null;
  readonly rootfsTotal: number | null;
  readonly rootfsUsed: number | null;
}

export interface NodeInterface {
  readonly iface: string;
  /** `bridge`, `bond`, `eth`, `vlan`, `alias`, `OVSBridge`, `OVSBond`, `OVSPort`, `OVSIntPort`, `unknown`, … */
  readonly type: string;
  readonly active: boolean;
  readonly autostart: boolean;
  readonly method: string | null;
  readonly method6: string | null;
  /** `192.0.2.11/24` */
  readonly cidr: string | null;
  readonly cidr6: string | null;
  readonly gateway: string | null;
  readonly gateway6: string | null;
  readonly mtu: number | null;
  /** Ports of a bridge, members of a bond. */
  readonly ports: readonly string[];
  readonly bondMode: string | null;
  readonly vlanAware: boolean;
  /** VLAN ids and ranges that a bridge carries, as stored: `2-4094`. */
  readonly vids: string | null;
  readonly vlanId: number | null;
  readonly vlanRawDevice: string | null;
  readonly comments: string | null;
}

export function parseNodeStatus(data: unknown): NodeStatus {
  const row = Fields.of(data);
  const cpu = row.object('cpuinfo');
  return {
    pveversion: row.textOrNull('pveversion'),
    kversion: row.textOrNull('kversion'),
    uptime: row.numberOrNull('uptime'),
    cpuModel: cpu?.textOrNull('model') ?? null,
    sockets: cpu?.numberOrNull('sockets') ?? null,
    cores: cpu?.numberOrNull('cores') ?? null,
    cpus: cpu?.numberOrNull('cpus') ?? null,
    memoryTotal: row.object('memory')?.numberOrNull('total') ?? null,
    memoryUsed: row.object('memory')?.numberOrNull('used') ?? null,
    rootfsTotal: row.object('rootfs')?.numberOrNull('total') ?? null,
    rootfsUsed: row.object('rootfs')?.numberOrNull('used') ?? null,
  };
}

export function parseNodeNetwork(data: unknown): NodeInterface[] {
  return Fields.rows(data).map(row => ({
    iface: row.text('iface'),
    type: row.textOrNull('type') ?? 'unknown',
    active: row.flag('active'),
    autostart: row.flag('autostart'),
    method: row.textOrNull('method'),
    method6: row.textOrNull('method6'),
    cidr: row.textOrNull('cidr'),
    cidr6: row.textOrNull('cidr6'),
    gateway: row.textOrNull('gateway'),
    gateway6: row.textOrNull('gateway6'),
    mtu: row.numberOrNull('mtu'),
    ports: ['bridge_ports', 'slaves', 'ovs_ports', 'ovs_bonds'].flatMap(key => row.words(key)),
    bondMode: row.textOrNull('bond_mode'),
    vlanAware: row.flag('bridge_vlan_aware'),
    vids: row.textOrNull('bridge_vids'),
    vlanId: row.numberOrNull('vlan-id') ?? row.numberOrNull('ovs_tag'),
    vlanRawDevice: row.textOrNull('vlan-raw-device'),
    comments: row.textOrNull('comments'),
  }));
}
