import type { PoolClient } from 'pg';
import type { ApiDatabase, ApiLog } from '../dependencies';

/**
 * Says when a run may have told something new: one connection of this process listens, as long as anybody waits. It is a hint: a connection that
 * breaks is made again when somebody next waits, and whoever waits also looks by themselves from time to time.
 */
export class RunEventSignal {
  private readonly waiting = new Map<string, Set<() => void>>();
  private connection: Promise<PoolClient | undefined> | undefined;

  constructor(
    private readonly database: Pick<ApiDatabase, 'connect'>,
    private readonly log: Pick<ApiLog, 'warn'>,
  ) {}

  /** Calls `wake` whenever something is told in the stream of this run, until the returned function is called. */
  subscribe(rootId: string, wake: () => void): () => void {
    const own = this.waiting.get(rootId) ?? new Set();
    this.waiting.set(rootId, own.add(wake));
    this.connection ??= this.listen();
    return () => {
      own.delete(wake);
      if (own.size === 0) this.waiting.delete(rootId);
      if (this.waiting.size === 0) void this.close();
    };
  }

  /** Listens no more, and gives the connection back. */
  close(): Promise<void> {
    return this.drop(this.connection);
  }

  private listen(): Promise<PoolClient | undefined> {
    const opened: Promise<PoolClient | undefined> = this.open(() => void this.drop(opened)).catch((error: unknown) => {
      this.log.warn({ err: error }, 'news of runs are not heard at once: the database does not answer');
      if (this.connection === opened) this.connection = undefined;
      return undefined;
    });
    return opened;
  }

  private async open(lost: () => void): Promise<PoolClient> {
    const client = await this.database.connect();
    client.on('notification', ({ payload }) => this.waiting.get(payload ?? '')?.forEach(wake => wake()));
    client.on('error', lost);
    try {
      await client.query('listen run_event');
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Each connection is given back once: one that broke may have been followed by another. */
  private async drop(connection: Promise<PoolClient | undefined> | undefined): Promise<void> {
    if (connection === undefined || this.connection !== connection) return;
    this.connection = undefined;
    (await connection)?.release(true);
  }
}
