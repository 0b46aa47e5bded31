import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createProxmoxClient, type ProxmoxClient } from '../../../../clients/proxmox/client';
import type { ProxmoxClientOptions } from '../../../../clients/proxmox/options';

export interface SeenRequest {
  readonly method: string;
  /** Without `/api2/json` and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (request: SeenRequest, response: ServerResponse, raw: IncomingMessage) => void;

export interface Loopback {
  readonly url: string;
  readonly seen: SeenRequest[];
  close(): Promise<void>;
}

/** An HTTP server on a free loopback port that records every request; with `tls` an HTTPS server. */
export async function startLoopback(answer: Answer, tls?: ServerOptions): Promise<Loopback> {
  const seen: SeenRequest[] = [];
  const listener: RequestListener = (raw, response) => {
    const chunks: Buffer[] = [];
    raw.on('data', (chunk: Buffer) => chunks.push(chunk));
    raw.on('end', () => {
      const url = new URL(raw.url ?? '/', 'http://loopback');
      const request = {
        method: raw.method ?? '',
        path: url.pathname.replace(/^\/api2\/json/, ''),
        query: url.searchParams,
        headers: raw.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      seen.push(request);
      answer(request, response, raw);
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, data: unknown, more: Readonly<Record<string, unknown>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json;charset=UTF-8' });
  response.end(JSON.stringify({ data, ...more }));
}

/** An error as Proxmox VE 9 sends it. */
export function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  errors?: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, message.split('\n')[0], { 'content-type': 'application/json;charset=UTF-8', connection: 'close' });
  response.end(JSON.stringify({ data: null, message: `${message}\n`, ...(errors ? { errors } : {}) }));
}

/** An error without a body: 401, 595–599. */
export function sendBare(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, reason, { connection: 'close', 'content-length': '0' });
  response.end();
}

/** Answers `/nodes` with these names, and leaves all else to `answer`. */
export function withNodes(names: readonly string[], answer: Answer): Answer {
  return (request, response, raw) =>
    request.path === '/nodes'
      ? sendJson(
          response,
          names.map(node => ({ node, status: 'online' })),
        )
      : answer(request, response, raw);
}

export const TOKEN = { type: 'token', tokenId: 'reader@pve!ro', secret: '00000000-1111-2222-3333-444444444444' } as const;

const open: (Loopback | ProxmoxClient)[] = [];

/** A server and a client of it, both closed by `closeAll`. */
export async function startPair(
  answer: Answer,
  options: Partial<ProxmoxClientOptions> = {},
): Promise<{ server: Loopback; client: ProxmoxClient }> {
  const server = await startLoopback(answer);
  const client = createProxmoxClient({ baseUrl: server.url, auth: TOKEN, tls: { mode: 'verify' }, ...options });
  open.push(client, server);
  return { server, client };
}

export async function closeAll(): Promise<void> {
  for (const part of open.splice(0)) await part.close();
}

/** What a promise was rejected with; fails when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    value => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
