import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './branching';

/** A call of a webhook, as it came. */
export interface ReceivedCall {
  readonly body: string;
  readonly parsed: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
}

export interface Listener {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** The first call that satisfies the test; waits for it. */
  call(test: (call: ReceivedCall) => boolean): Promise<ReceivedCall>;
  close(): Promise<void>;
}

/** Takes calls of webhooks on a free port of 127.0.0.1 and answers 200. */
export async function startListener(): Promise<Listener> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      calls.push({ body, parsed: JSON.parse(body) as Record<string, unknown>, headers: request.headers });
      response.end('ok');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks/netbox`,
    calls,
    call: test => eventually(() => Promise.resolve(calls.find(test))),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
