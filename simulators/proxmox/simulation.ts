import { randomBytes } from 'node:crypto';
import { Access } from './access';
import { Broadcast, type BroadcastTiming } from './broadcast';
import { Clock } from './clock';
import type { Cluster } from './cluster';
import { Random } from './random';
import { Tasks } from './tasks';

/** How long things take, in milliseconds. */
export interface Timing extends BroadcastTiming {
  /** Every 401 (real: 3,000). */
  authFailure: number;
  /** A guest agent that does not answer (real: 3,050). */
  agentDead: number;
  /** A task, from start to end. */
  task: number;
  /** Waiting for a busy configuration flock (real: 10,000). */
  flock: number;
  /** Until an unreachable node is 595 (real: 3,000). */
  unreachable: number;
  /** Until a hanging node or daemon is 596 (real: 30,000). */
  hang: number;
  /** A shutdown that the guest ignores, when the call names no time-out of its own. */
  shutdown: number;
}

export const DEFAULT_TIMING: Timing = {
  authFailure: 20,
  agentDead: 20,
  task: 40,
  flock: 60,
  unreachable: 20,
  hang: 100,
  shutdown: 200,
  every: 1000,
  noticeLostAfter: 17_000,
  expireAfter: 300_000,
};

/** One line of the cluster log: synchronous configuration writes leave no other trace. */
export interface LogLine {
  uid: number;
  time: number;
  user: string;
  node: string;
  tag: string;
  pid: number;
  pri: number;
  msg: string;
}

/** A simulated cluster with its rights, tasks, statistics and time. */
export class Simulation {
  readonly clock = new Clock();
  readonly access: Access;
  readonly tasks: Tasks;
  readonly broadcast: Broadcast;
  readonly log: LogLine[] = [];
  /** Decides what Proxmox leaves to chance: the order of keys and lists. */
  readonly order: Random;
  /** New MAC addresses, UUIDs and secrets. */
  readonly fresh: Random;
  /** Signs tickets. */
  readonly ticketKey = randomBytes(32);
  private nextLogId = 1;

  constructor(
    readonly cluster: Cluster,
    readonly timing: Timing,
    seed: string,
  ) {
    this.access = new Access((kind, id) => this.poolOf(kind, id));
    this.tasks = new Tasks(this.clock, timing.task);
    this.broadcast = new Broadcast(cluster, this.clock, timing);
    this.order = new Random(`${seed}/order`);
    this.fresh = new Random(`${seed}/fresh`);
  }

  /** Brings everything that depends on time up to date. */
  settle(): void {
    this.tasks.settle();
    this.broadcast.refresh();
  }

  addLogLine(node: string, user: string, msg: string): void {
    const uid = this.nextLogId++;
    this.log.push({ uid, time: this.clock.seconds(), user, node, tag: 'pvedaemon', pid: 927, pri: 6, msg });
    if (this.log.length > 1000) this.log.shift();
  }

  private poolOf(kind: 'vms' | 'storage', id: string): string | undefined {
    if (kind === 'vms') return this.cluster.poolOf(Number(id));
    for (const [name, pool] of this.cluster.pools) if (pool.storages.has(id)) return name;
    return undefined;
  }
}
