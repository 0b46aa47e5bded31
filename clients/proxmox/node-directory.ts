import { ProxmoxUnknownNodeError, type FailedCall } from './errors';

/** A name that is not listed makes the list be read again, but no more often than this. */
const REFRESH_MS = 5_000;

/** The nodes of the cluster. Only a name that `/nodes` listed may stand in a path: Proxmox would look up another one in the DNS. */
export class NodeDirectory {
  private known: ReadonlySet<string> | null = null;
  private readAt = 0;
  private reading: Promise<void> | null = null;

  constructor(private readonly readNodes: () => Promise<readonly string[]>) {}

  learn(nodes: readonly string[]): void {
    this.known = new Set(nodes);
    this.readAt = Date.now();
  }

  /** Resolves when the node is known; fails with `ProxmoxUnknownNodeError`, or as reading the list failed. */
  async require(node: string, call: FailedCall): Promise<void> {
    if (this.known?.has(node)) return;
    if (!this.known || Date.now() - this.readAt >= REFRESH_MS) await this.refresh();
    if (this.known?.has(node)) return;
    throw new ProxmoxUnknownNodeError(call, `not sent: /nodes of this cluster does not list a node "${node}"`, node);
  }

  private refresh(): Promise<void> {
    this.reading ??= this.readNodes()
      .then(nodes => this.learn(nodes))
      .finally(() => {
        this.reading = null;
      });
    return this.reading;
  }
}
