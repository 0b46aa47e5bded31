import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { answerControl } from './control/routes';
import { answerWithFaults } from './http/answer';
import { readRequest } from './http/message';
import { sendReply } from './http/send';
import { answerPage } from './pages/routes';
import { Simulator, type SimulatorOptions } from './simulator';

export interface NetBoxSimulatorOptions extends SimulatorOptions {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Milliseconds that one written object takes; a real NetBox needs 46 to 86. Writes wait for each other. Default 0. */
  readonly costMs?: number;
}

/** A running simulator. The methods do in-process what `/__sim/` does over HTTP. */
export interface RunningNetBox {
  readonly url: string;
  /** Whole Authorization header of the superuser. */
  readonly token: string;
  /** Whole Authorization header of a user who may see everything and change nothing. */
  readonly viewerToken: string;
  /** World, faults, refusals, request log, snapshots, version, users. */
  readonly simulator: Simulator;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/** Starts a NetBox simulator on 127.0.0.1: its REST API, read-only pages, and the control interface. */
export async function startNetBoxSimulator(options: NetBoxSimulatorOptions = {}): Promise<RunningNetBox> {
  const simulator = new Simulator(options);
  const sockets = new Set<Socket>();
  const lane = new Lane(options.costMs ?? 0);
  const server = createServer((message, response) => void serve(simulator, lane, message, response));
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: Simulator.defaultToken(options),
    viewerToken: simulator.viewerToken,
    simulator,
    close: () => stop(server, sockets),
  };
}

async function serve(simulator: Simulator, lane: Lane, message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const request = await readRequest(message);
    if (request.path.startsWith('/__sim/')) sendReply(response, answerControl(simulator, request), {});
    else if (request.path === '/api' || request.path.startsWith('/api/')) {
      await answerWithFaults({ simulator, request, response, requestId: randomUUID(), spend: items => lane.spend(items) });
    } else sendReply(response, answerPage(simulator, request), {});
  } catch (error) {
    if (!response.headersSent)
      sendReply(response, { status: 500, body: { error: String(error), exception: 'SimulatorError' } }, {});
    else response.destroy();
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function stop(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close(error => (error ? reject(error) : resolve()));
    for (const socket of sockets) socket.destroy();
  });
}

/** Plays a server whose processor is the limit: paid work of parallel requests is done one after the other. */
class Lane {
  private freeAt = 0;

  constructor(private readonly costMs: number) {}

  async spend(items: number): Promise<void> {
    if (this.costMs <= 0 || items <= 0) return;
    const now = Date.now();
    this.freeAt = Math.max(this.freeAt, now) + items * this.costMs;
    await new Promise(resolve => setTimeout(resolve, this.freeAt - now));
  }
}
