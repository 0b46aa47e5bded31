/** One API request as the log keeps it. */
export interface LoggedRequest {
  /** Number of the request, from 1 since the last reset. */
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Status that was sent; 0 when the connection was cut instead. */
  readonly status: number;
  /** Objects sent by the client in a list write, or shown by a list answer; 1 for single objects; 0 for none. */
  readonly items: number;
  /** User name of the token, when there was one. */
  readonly user?: string;
}

const KEPT = 100_000;

/** The requests below `/api/`, in the order of their arrival. The oldest beyond a hundred thousand are dropped. */
export class RequestLog {
  private entries: LoggedRequest[] = [];
  private last = 0;

  next(): number {
    this.last += 1;
    return this.last;
  }

  add(entry: LoggedRequest): void {
    this.entries.push(entry);
    if (this.entries.length > KEPT * 1.1) this.entries = this.entries.slice(-KEPT);
  }

  list(): readonly LoggedRequest[] {
    return [...this.entries].sort((a, b) => a.n - b.n);
  }

  clear(): void {
    this.entries = [];
    this.last = 0;
  }
}
