import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

export interface TappedRequest {
  method: string;
  /** Below `/api/`. */
  path: string;
  query: string;
  /** Objects that a write carries. */
  items: number;
  status: number;
  /** Milliseconds of the process's clock. */
  startedAt: number;
  endedAt: number;
  answerBytes: number;
}

/** Stands before NetBox, for all who are measured alike, and notes every request. It costs each about a millisecond. */
export interface NetBoxTap {
  url: string;
  /** The requests since the last call. */
  take(): TappedRequest[];
  stop(): Promise<void>;
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length']);

export async function startNetBoxTap(netboxUrl: string): Promise<NetBoxTap> {
  const target = new URL(netboxUrl);
  const basePath = target.pathname.replace(/\/+$/, '').replace(/\/api$/, '');
  // A connection that NetBox is just closing would lose a write.
  const pool = new Pool(target.origin, {
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 1_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  let noted: TappedRequest[] = [];

  async function pass(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const method = message.method ?? 'GET';
    const [path = '', query = ''] = (message.url ?? '/').split('?');
    const body = await bytesOf(message);
    const answer = await pool.request({
      method: method as 'GET',
      path: `${basePath}${message.url}`,
      headers: Object.fromEntries(Object.entries(message.headers).filter(([name]) => !hopByHop.has(name))),
      ...(body.length > 0 && { body }),
    });
    const content = Buffer.from(await answer.body.arrayBuffer());
    const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) ? [] : [[name, value] as const],
    );
    response.writeHead(answer.statusCode, { ...Object.fromEntries(headers), 'content-length': content.length });
    response.end(content);
    noted.push({
      method,
      path: path.replace(/^\/api\/|\/$/g, ''),
      query,
      items: itemsIn(body),
      status: answer.statusCode,
      startedAt,
      endedAt: performance.now(),
      answerBytes: content.length,
    });
  }

  const server = createServer((message, response) => void pass(message, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    take: () => noted.splice(0).sort((a, b) => a.startedAt - b.startedAt),
    async stop() {
      server.close();
      server.closeAllConnections();
      await pool.destroy();
      noted = [];
    },
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Elements of a list, one for an object. */
function itemsIn(body: Buffer): number {
  if (body.length === 0) return 0;
  const value: unknown = JSON.parse(body.toString('utf8'));
  return Array.isArray(value) ? value.length : 1;
}
