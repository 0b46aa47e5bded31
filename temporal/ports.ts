import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A port of 127.0.0.1 that was free a moment ago: the preferred one if it is, else any.
 * Somebody may take it before a server does; that server then ends at its start.
 */
export async function freePort(preferred?: number): Promise<number> {
  const port = preferred === undefined ? undefined : await tryPort(preferred);
  return port ?? (await tryPort(0)) ?? Promise.reject(new Error('No port of 127.0.0.1 is free.'));
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
