import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';

export interface SideAnswer {
  status: number;
  type: string;
  body: string;
}

export interface SideServer {
  /** Base URL, without a slash at its end. */
  url: string;
  stop(): Promise<void>;
}

export interface SideServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** What is answered to GET, by path. */
  routes: Readonly<Record<string, () => Promise<SideAnswer>>>;
}

/**
 * A small HTTP server beside what a process does, for whoever watches over it: it asks for no key, so it belongs on an interface that only they reach.
 * Throws Node's error when the port is taken.
 */
export async function startSideServer({ host, port, routes }: SideServerOptions): Promise<SideServer> {
  const server = createServer((req, res) => {
    const route = req.method === 'GET' || req.method === 'HEAD' ? routes[(req.url ?? '').split('?', 1)[0] ?? ''] : undefined;
    if (route === undefined) return send(res, nothingHere);
    route().then(
      answer => send(res, answer),
      () => send(res, failed),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    url: urlOf(server),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export const jsonAnswer = (status: number, body: object): SideAnswer => ({
  status,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});

const nothingHere: SideAnswer = { status: 404, type: 'text/plain; charset=utf-8', body: 'There is nothing here.\n' };
const failed: SideAnswer = { status: 500, type: 'text/plain; charset=utf-8', body: 'It could not be read. Try again.\n' };

function send(res: ServerResponse, { status, type, body }: SideAnswer): void {
  res.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The metrics listen on no TCP port.');
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}
