import type { Clock } from './clock';
import type { Cluster } from './cluster';
import { figuresOf, type Figures } from './figures';
import type { Node } from './state';

/** What pvestatd of a guest's node last told the cluster about it. */
export interface GuestStats extends Figures {
  node: string;
  status: 'running' | 'stopped' | 'paused';
  startedAt: number;
}

/** How the statistics travel; times in milliseconds. */
export interface BroadcastTiming {
  /** How often each node broadcasts; `manual`: only when told to. Proxmox: about 10 s. */
  every: number | 'manual';
  /** How long after a node's loss the others notice it. Measured: about 17 s. */
  noticeLostAfter: number;
  /** How long statistics are believed. Proxmox: 300 s. */
  expireAfter: number;
}

/**
 * The statistics behind `/cluster/resources`. They are as old as the last broadcast, so a new guest has none, and a guest made
 * again under an old id shows its predecessor's (Proxmox VE 9.2, measured).
 */
export class Broadcast {
  private readonly stats = new Map<number, GuestStats>();
  private readonly lastFrom = new Map<string, number>();

  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly timing: BroadcastTiming,
  ) {}

  /** Broadcasts if it is time. To be called before anything reads statistics. */
  refresh(): void {
    const every = this.timing.every;
    if (every === 'manual') return;
    const now = this.clock.now();
    const last = Math.max(0, ...[...this.cluster.nodes.values()].filter(isAlive).map(node => this.lastFrom.get(node.name) ?? 0));
    if (now - last >= every) this.now();
  }

  /** Every node that is alive broadcasts. */
  now(): void {
    const now = this.clock.now();
    for (const node of this.cluster.nodes.values()) {
      if (!isAlive(node)) continue;
      this.lastFrom.set(node.name, now);
      node.returning = false;
    }
    for (const guest of this.cluster.guests.values()) {
      const node = this.cluster.nodes.get(guest.node);
      if (node === undefined || !isAlive(node)) continue;
      this.stats.set(guest.vmid, {
        ...figuresOf(guest, node.cpus),
        node: guest.node,
        status: guest.power,
        startedAt: guest.startedAt,
      });
    }
  }

  /** Undefined for a guest that no broadcast has mentioned, or not for a long time. */
  of(vmid: number): GuestStats | undefined {
    const stats = this.stats.get(vmid);
    return stats === undefined || this.expired(stats.node) ? undefined : stats;
  }

  expired(node: string): boolean {
    return this.clock.now() - (this.lastFrom.get(node) ?? -Infinity) > this.timing.expireAfter;
  }

  /** As the entry node sees it: a lost node is `online` until its silence is noticed. */
  nodeStatus(node: Node): 'online' | 'offline' | 'unknown' {
    if (node.lostAt !== undefined) return this.clock.now() - node.lostAt > this.timing.noticeLostAfter ? 'offline' : 'online';
    return node.returning ? 'unknown' : 'online';
  }
}

function isAlive(node: Node): boolean {
  return node.lostAt === undefined;
}
