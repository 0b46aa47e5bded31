import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NetBoxTarget } from '../../support/sync-world';

export interface WatchedNetBox extends NetBoxTarget {
  /** Requests since the last call that would change something, as `METHOD path`: also of a NetBox that keeps no list of them itself. */
  writes(): string[];
  close(): Promise<void>;
}

/** Stands between the product and a NetBox, hands everything on, and remembers who wanted to write. */
export async function watchNetBox({ url, token }: NetBoxTarget): Promise<WatchedNetBox> {
  const { hostname, port } = new URL(url);
  let seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url: path = '/', headers } = incoming;
    if (method !== 'GET') seen.push(`${method} ${path}`);
    const onward = request({ hostname, port, method, path, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    writes() {
      const now = seen;
      seen = [];
      return now;
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
