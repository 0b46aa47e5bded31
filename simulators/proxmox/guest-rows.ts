import type { Cluster } from './cluster';
import { figuresOf } from './figures';
import type { Simulation } from './simulation';
import type { Guest } from './state';

/** Counters of a guest at work: plausible, growing with its uptime, the same for every reader. */
interface Load {
  uptime: number;
  cpu: number;
  mem: number;
  memhost: number;
  disk: number;
  netin: number;
  netout: number;
  diskread: number;
  diskwrite: number;
}

const IDLE: Load = { uptime: 0, cpu: 0, mem: 0, memhost: 0, disk: 0, netin: 0, netout: 0, diskread: 0, diskwrite: 0 };

function loadOf(guest: Guest, on: boolean, startedAt: number, maxmem: number, now: number): Load {
  if (!on) return IDLE;
  const uptime = Math.max(0, now - startedAt);
  const mem = Math.floor(maxmem * (0.2 + (guest.vmid % 60) / 100));
  return {
    uptime,
    cpu: (guest.vmid % 17) / 100 + 0.001,
    mem,
    memhost: mem + 1048576,
    disk: guest.kind === 'lxc' ? 2107392 : 0,
    netin: uptime * 977,
    netout: uptime * 1013,
    diskread: uptime * 311,
    diskwrite: uptime * 499,
  };
}

/**
 * A guest in `/cluster/resources`: statistics of the last broadcast, but tags, pool and lock of this moment. One literal: ten
 * thousand of them are made for an answer.
 */
export function resourceRow(sim: Simulation, guest: Guest, pool: string | undefined): Record<string, unknown> {
  const stats = sim.broadcast.of(guest.vmid);
  const { config, vmid, node, kind } = guest;
  const ha = sim.cluster.haResources.get(haSid(guest));
  const load =
    stats === undefined
      ? undefined
      : loadOf(guest, stats.status !== 'stopped', stats.startedAt, stats.maxmem, sim.clock.seconds());
  return {
    id: `${kind}/${vmid}`,
    vmid,
    node,
    type: kind,
    pool,
    tags: config['tags'],
    lock: config['lock'],
    hastate: stats === undefined ? undefined : ha?.state,
    status: stats?.status ?? 'unknown',
    name: stats?.name,
    template: stats === undefined ? undefined : Number(config['template'] ?? 0),
    maxcpu: stats?.maxcpu,
    maxmem: stats?.maxmem,
    maxdisk: stats?.maxdisk,
    uptime: load?.uptime,
    cpu: load?.cpu,
    mem: load?.mem,
    memhost: load?.memhost,
    disk: load?.disk,
    netin: load?.netin,
    netout: load?.netout,
    diskread: load?.diskread,
    diskwrite: load?.diskwrite,
  };
}

export function haSid(guest: Guest): string {
  return `${guest.kind === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}`;
}

const QEMU_PRESSURE = Object.fromEntries(pressureKeys().map(key => [key, 0]));
const LXC_PRESSURE = Object.fromEntries(pressureKeys().map(key => [key, '0.00']));

function pressureKeys(): string[] {
  return ['cpu', 'io', 'memory'].flatMap(kind => ['some', 'full'].map(level => `pressure${kind}${level}`));
}

/** A guest in its node's list: read from its configuration, so always fresh. A paused one is `running` here. */
export function nodeRow(cluster: Cluster, guest: Guest, now: number): Record<string, unknown> {
  const { config } = guest;
  const on = guest.power !== 'stopped';
  const figures = figuresOf(guest, cluster.nodes.get(guest.node)?.cpus ?? 1);
  const load = loadOf(guest, on, guest.startedAt, figures.maxmem, now);
  const common = {
    vmid: guest.vmid,
    name: figures.name,
    status: on ? 'running' : 'stopped',
    cpus: figures.maxcpu,
    cpu: load.cpu,
    maxmem: figures.maxmem,
    mem: load.mem,
    maxdisk: figures.maxdisk,
    disk: load.disk,
    netin: load.netin,
    netout: load.netout,
    uptime: load.uptime,
    tags: config['tags'],
    lock: config['lock'],
    template: config['template'] === 1 ? 1 : undefined,
    pid: on ? 1000 + guest.vmid : undefined,
  };
  if (guest.kind === 'qemu') {
    return {
      ...common,
      memhost: load.memhost,
      serial: Object.keys(config).some(key => /^serial\d/.test(key)) ? 1 : undefined,
      shares: ballooned(config) ? Number(config['shares'] ?? 1000) : undefined,
      balloon_min: !ballooned(config) ? undefined : Number(config['balloon']) * 1048576,
      ...(on ? QEMU_PRESSURE : {}),
    };
  }
  return {
    ...common,
    type: 'lxc',
    maxswap: Number(config['swap'] ?? 512) * 1048576,
    swap: 0,
    diskread: load.diskread,
    diskwrite: load.diskwrite,
    ...(on ? LXC_PRESSURE : {}),
  };
}

function ballooned(config: Guest['config']): boolean {
  return Number(config['balloon'] ?? 0) > 0;
}

/** `status/current`. */
export function currentStatus(sim: Simulation, guest: Guest): Record<string, unknown> {
  const { cluster } = sim;
  const row = nodeRow(cluster, guest, sim.clock.seconds());
  const managed = cluster.haResources.get(haSid(guest));
  const ha = managed === undefined ? { managed: 0 } : { managed: 1, state: managed.state };
  if (guest.kind === 'lxc') return { ...row, ha };
  return { ...row, ha, agent: agentEnabled(guest) ? 1 : undefined, ...qmpFigures(guest) };
}

/** What only QEMU itself knows; also in the node's list with `full=1`. */
export function qmpFigures(guest: Guest): Record<string, unknown> {
  const nics = Object.keys(guest.config).filter(key => /^net\d/.test(key));
  return {
    qmpstatus: guest.power,
    nics:
      guest.power === 'stopped'
        ? undefined
        : Object.fromEntries(nics.map(key => [`tap${guest.vmid}i${key.slice(3)}`, { netin: 0, netout: 0 }])),
  };
}

/** Whether `agent` is switched on: `1`, `enabled=1`, `true` and the like. */
export function agentEnabled(guest: Guest): boolean {
  const first = String(guest.config['agent'] ?? '0')
    .split(',')
    .find(part => !part.includes('=') || part.startsWith('enabled='));
  return /^(?:enabled=)?(?:1|on|yes|true)$/i.test(first ?? '');
}
