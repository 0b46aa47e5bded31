import { Limiter } from '../http/limiter';

/** `quick` calls are one small file read of the node; `slow` ones hold one of its three daemon workers, up to seconds. */
export type Lane = 'quick' | 'slow';

/** Slow calls in flight through the entry node: it only passes them on, so they may be many while each node has few. */
export const SLOW_CALLS = 16;

/**
 * Bounds the calls in flight per node and through the entry node. Slots of the node are taken first, so that a slow node's queue
 * holds no slot that others could use.
 */
export class CallLimits {
  private readonly entry: Readonly<Record<Lane, Limiter>>;
  private readonly nodes = new Map<string, Limiter>();

  constructor(
    private readonly perNode: Readonly<Record<Lane, number>>,
    entryConcurrency: number,
  ) {
    this.entry = { quick: new Limiter(entryConcurrency), slow: new Limiter(SLOW_CALLS) };
  }

  run<T>(node: string | null, lane: Lane, task: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const throughEntry = () => this.entry[lane].run(task, signal);
    return node === null ? throughEntry() : this.limiterOf(node, lane).run(throughEntry, signal);
  }

  private limiterOf(node: string, lane: Lane): Limiter {
    const key = `${lane} ${node}`;
    const limiter = this.nodes.get(key) ?? new Limiter(this.perNode[lane]);
    this.nodes.set(key, limiter);
    return limiter;
  }
}
