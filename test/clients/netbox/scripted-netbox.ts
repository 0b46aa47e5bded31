import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createNetBoxClient, type NetBoxClient, type NetBoxClientOptions } from '../../../clients/netbox/client';
import { selfSignedCertificate, selfSignedKey } from './self-signed';

export const testToken = 'nbt_abcdefabcdef.0123456789012345678901234567890123456789';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What a script answers; `drop` closes the connection after the request was read, `hang` never answers. */
export type ScriptedAnswer =
  | 'drop'
  | 'hang'
  | { readonly status: number; readonly body?: unknown; readonly text?: string; readonly headers?: Record<string, string> };

export interface ScriptedNetBox {
  readonly url: string;
  /** All but `/api/status/`. */
  readonly requests: SeenRequest[];
  version: string;
  answer: (request: SeenRequest) => ScriptedAnswer;
  client(options?: Partial<NetBoxClientOptions>): NetBoxClient;
  /** From now on nobody listens; the clients stay. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** A NetBox whose every answer a test writes: for answers that a real one gives rarely. */
export async function startScriptedNetBox({ tls = false } = {}): Promise<ScriptedNetBox> {
  const clients: NetBoxClient[] = [];
  const listener = (message: IncomingMessage, response: ServerResponse): void => void respond(message, response);
  const server: Server = tls
    ? createTlsServer({ cert: selfSignedCertificate, key: selfSignedKey }, listener)
    : createServer(listener);

  async function respond(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(message.url ?? '', 'http://netbox.test');
    const path = url.pathname.replace(/^\/api\//, '').replace(/\/$/, '');
    response.setHeader('API-Version', netbox.version.split('.').slice(0, 2).join('.'));
    const statusBody = { 'netbox-version': netbox.version, plugins: { netbox_branching: '1.2.2' } };
    let answer: ScriptedAnswer = { status: 200, body: statusBody };
    if (path !== 'status') {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const request = {
        method: message.method ?? '',
        path,
        query: url.searchParams,
        url: message.url ?? '',
        headers: message.headers,
        body,
      };
      netbox.requests.push(request);
      answer = netbox.answer(request);
    }
    if (answer === 'hang') return;
    if (answer === 'drop') return void message.socket.destroy();
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
    // A connection of its own for every request: what a test drops or stops then meets no other.
    response.setHeader('Connection', 'close');
    response.statusCode = answer.status;
    response.end(answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const netbox: ScriptedNetBox = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests: [],
    version: '4.7.3',
    answer: () => ({ status: 404, body: { detail: 'Not found.' } }),
    client(options = {}) {
      const client = createNetBoxClient({ baseUrl: netbox.url, token: testToken, retryDelayMs: 1, ...options });
      clients.push(client);
      return client;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
    async close() {
      await Promise.all(clients.map(client => client.close()));
      await netbox.stop();
    },
  };
  return netbox;
}

/** Rows as a NetBox list answers them. */
export function page(rows: readonly unknown[], next: string | null = null): ScriptedAnswer {
  return { status: 200, body: { count: rows.length, next, previous: null, results: rows } };
}

/** The elements of a bulk request. */
export function elementsOf(request: SeenRequest): Record<string, unknown>[] {
  if (!Array.isArray(request.body)) throw new Error(`${request.method} ${request.path} had no list`);
  return request.body;
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (error: unknown) => error,
  );
}
