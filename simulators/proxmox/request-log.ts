/** One request as the simulator saw it. Credentials and passwords are never kept. */
export interface LoggedRequest {
  /** Counts from 1 since the start or the last reset. */
  n: number;
  method: string;
  /** Without `/api2/json` and query. */
  path: string;
  params: Record<string, unknown>;
  /** 0 while unanswered, or when the connection was cut. */
  status: number;
  /** `user@realm!token`, or null when nobody was authenticated. */
  identity: string | null;
  /** Milliseconds since 1970. */
  at: number;
}

const SECRET = /password|^ticket$|^otp$|secret|^value$/i;
const LIMIT = 200_000;

/** A numbered list of the requests; the oldest are dropped past 200,000. */
export class RequestLog {
  private entries: LoggedRequest[] = [];
  private last = 0;

  add(entry: Omit<LoggedRequest, 'n' | 'status' | 'identity'>): LoggedRequest {
    const params = Object.fromEntries(
      Object.entries(entry.params).map(([key, value]) => [key, SECRET.test(key) ? '***' : value]),
    );
    const logged: LoggedRequest = { n: ++this.last, ...entry, params, status: 0, identity: null };
    this.entries.push(logged);
    if (this.entries.length > LIMIT) this.entries.splice(0, LIMIT / 10);
    return logged;
  }

  /** @param since only requests with a higher number */
  list(since = 0): readonly LoggedRequest[] {
    return since === 0 ? this.entries : this.entries.filter(entry => entry.n > since);
  }

  /** Forgets the requests; the numbering goes on. */
  clear(): void {
    this.entries = [];
  }

  /** Forgets the requests and starts counting at 1. */
  reset(): void {
    this.clear();
    this.last = 0;
  }
}
