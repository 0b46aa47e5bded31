import type { ProxmoxSimulator } from '../../../../simulators/proxmox/simulator';
import type { UsualToken } from '../../../../simulators/proxmox/world/identities';
import { exchange } from './send-recorded';

export interface Reply {
  status: number;
  reason: string;
  /** `data` of the body. */
  data: unknown;
  message: string | undefined;
  errors: Record<string, string> | undefined;
}

export type Row = Record<string, unknown>;

/** Calls a simulator without TLS as one of its usual callers. */
export class Caller {
  constructor(
    private readonly simulator: ProxmoxSimulator,
    private readonly token: UsualToken = 'full',
  ) {}

  async call(method: string, path: string, params: Record<string, string | number> = {}): Promise<Reply> {
    const { tokenId, secret } = this.simulator.tokens[this.token];
    const text = new URLSearchParams(
      Object.entries(params).map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
    const inQuery = (method === 'GET' || method === 'DELETE') && text !== '';
    const answer = await exchange(
      this.simulator,
      method,
      `/api2/json${path}${inQuery ? `?${text}` : ''}`,
      { authorization: `PVEAPIToken=${tokenId}=${secret}` },
      inQuery || method === 'GET' || method === 'DELETE' ? undefined : text,
      'application/x-www-form-urlencoded',
    );
    const body: { data?: unknown; message?: string; errors?: Record<string, string> } =
      answer.text === '' ? {} : JSON.parse(answer.text);
    return { status: answer.status, reason: answer.reason, data: body.data, message: body.message?.trim(), errors: body.errors };
  }

  /** Rows of a list. */
  async rows(path: string, params: Record<string, string | number> = {}): Promise<Row[]> {
    const { data } = await this.call('GET', path, params);
    if (!Array.isArray(data)) throw new Error(`${path} is no list`);
    return data;
  }

  /** An object. */
  async read(path: string, params: Record<string, string | number> = {}): Promise<Row> {
    const { data } = await this.call('GET', path, params);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Error(`${path} is no object`);
    return Object.fromEntries(Object.entries(data));
  }

  /** Starts a task, lets it end, and returns how it ended. */
  async task(method: string, path: string, params: Record<string, string | number> = {}): Promise<string> {
    const { status, data, message } = await this.call(method, path, params);
    if (status !== 200 || typeof data !== 'string') throw new Error(`${method} ${path}: ${status} ${message}`);
    this.simulator.world.advance(60_000);
    const ended = await this.read(`/nodes/${data.split(':')[1]}/tasks/${encodeURIComponent(data)}/status`);
    return String(ended['exitstatus']);
  }
}

/** The control interface over HTTP. */
export async function control(
  simulator: ProxmoxSimulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await exchange(simulator, method, `/__sim${path}`, {}, text, 'application/json');
  return { status: answer.status, body: JSON.parse(answer.text) };
}
