import { createHash } from 'node:crypto';
import type { Simulation } from './simulation';
import type { Node } from './state';

/** What a node's certificate would show; stable for a node of a world. */
export function fingerprintOf(node: Node): string {
  const hex = createHash('sha256').update(`${node.name}/${node.ip}`).digest('hex').toUpperCase();
  return hex.replace(/(..)(?!$)/g, '$1:');
}

/** The numbers of a node's last broadcast; undefined when they are too old to be believed. */
function figures(sim: Simulation, node: Node): Record<string, unknown> {
  const status = sim.broadcast.nodeStatus(node);
  if (sim.broadcast.expired(node.name)) return {};
  const still = { maxcpu: node.cpus, maxmem: node.memory, maxdisk: node.disk, level: '' };
  if (status !== 'online') return still;
  const uptime = sim.clock.seconds() - node.startedAt;
  return {
    ...still,
    cpu: 0.04 + (node.id % 7) / 100,
    mem: Math.floor(node.memory * 0.43),
    disk: Math.floor(node.disk * 0.21),
    uptime,
  };
}

/** A node in `/cluster/resources`. Without `Sys.Audit` the numbers are missing. */
export function nodeRow(sim: Simulation, node: Node, audited: boolean): Record<string, unknown> {
  const status = sim.broadcast.nodeStatus(node);
  const bare = { id: `node/${node.name}`, type: 'node', node: node.name, status, 'cgroup-mode': 2 };
  if (audited) return { ...bare, ...figures(sim, node) };
  return status === 'online' ? { ...bare, level: '' } : bare;
}

/** A node in `/nodes`. */
export function nodeListRow(sim: Simulation, node: Node, audited: boolean): Record<string, unknown> {
  const { 'cgroup-mode': _, ...row } = nodeRow(sim, node, audited);
  return { ...row, ssl_fingerprint: fingerprintOf(node) };
}

/** `/nodes/{node}/status`. */
export function nodeStatus(sim: Simulation, node: Node): Record<string, unknown> {
  const used = Math.floor(node.memory * 0.43);
  const disk = Math.floor(node.disk * 0.21);
  return {
    uptime: sim.clock.seconds() - node.startedAt,
    cpu: 0.04 + (node.id % 7) / 100,
    wait: 0,
    idle: 0,
    loadavg: ['0.66', '0.53', '0.52'],
    kversion: 'Linux 6.17.0-1-pve #1 SMP PREEMPT_DYNAMIC',
    pveversion: 'pve-manager/9.2.11/14a22df35955d97d',
    'current-kernel': { sysname: 'Linux', release: '6.17.0-1-pve', version: '#1 SMP PREEMPT_DYNAMIC @0', machine: 'x86_64' },
    'boot-info': { mode: 'legacy-bios' },
    cpuinfo: {
      model: 'Generic CPU',
      vendor: 'GenuineIntel',
      family: '6',
      sockets: 1,
      cores: node.cpus,
      cpus: node.cpus,
      mhz: '2499.998',
      hvm: '1',
      user_hz: 100,
      flags: 'fpu vme de pse tsc msr pae mce cx8 apic sep',
    },
    memory: { total: node.memory, used, free: node.memory - used, available: node.memory - used },
    swap: { total: 0, used: 0, free: 0 },
    rootfs: { total: node.disk, used: disk, free: node.disk - disk, avail: node.disk - disk },
    ksm: { shared: 0 },
  };
}
