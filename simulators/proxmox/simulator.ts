import type { AddressInfo } from 'node:net';
import { controlHandler, type Controlled } from './control';
import { Faults } from './faults';
import { RequestLog } from './request-log';
import { createServer, type Served } from './server';
import { DEFAULT_TIMING, type Timing } from './simulation';
import { makeTlsIdentity, type TlsKind } from './tls/certificate';
import { WorldControl } from './world-control';
import { buildWorld } from './world/build';
import type { TokenCredential, UserSpec, UsualToken } from './world/identities';
import { completeOptions, type WorldOptions } from './world/options';

export interface ProxmoxSimulatorOptions {
  world?: WorldOptions;
  /** 0, the default, takes a free port. */
  port?: number;
  /** Default: self-signed. */
  tls?: false | { kind: TlsKind };
  /** Users, tokens and rights beside the usual ones. */
  users?: UserSpec[];
  /** Shorter or longer times than the quick defaults. */
  timing?: Partial<Timing>;
}

/** A running simulator, on 127.0.0.1. */
export interface ProxmoxSimulator {
  /** `https://127.0.0.1:port`, without path. */
  url: string;
  port: number;
  /** PEM to trust; not set without TLS. */
  ca?: string;
  /** SHA-256 of the server certificate, `AB:CD:…`; not set without TLS. */
  fingerprint256?: string;
  tokens: Record<UsualToken, TokenCredential>;
  requests: RequestLog;
  faults: Faults;
  /** The same as `/__sim/world`, typed. It follows a reset. */
  readonly world: WorldControl;
  /** Builds the world anew and forgets requests and faults; tokens and address stay. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a simulated Proxmox VE 9.2 cluster or host. Same seed and size, same world. */
export async function startProxmoxSimulator(options: ProxmoxSimulatorOptions = {}): Promise<ProxmoxSimulator> {
  const world = completeOptions(options.world ?? {});
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const build = (): ReturnType<typeof buildWorld> => buildWorld(world, timing, options.users ?? []);
  const { sim, tokens } = build();
  const served: Served = { sim, log: new RequestLog(), faults: new Faults() };
  const controlled: Controlled = {
    served,
    world: new WorldControl(sim, world.seed),
    reset() {
      served.sim = build().sim;
      controlled.world = new WorldControl(served.sim, world.seed);
      served.log.reset();
      served.faults.clear();
    },
  };
  const tls = options.tls === false ? undefined : makeTlsIdentity(options.tls?.kind ?? 'self-signed', world.nodeNames);
  const server = createServer(served, controlHandler(controlled), tls);
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve(portOf(server.address())));
  });
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    ...(tls === undefined ? {} : { ca: tls.ca, fingerprint256: tls.fingerprint256 }),
    tokens,
    requests: served.log,
    faults: served.faults,
    get world() {
      return controlled.world;
    },
    reset: () => controlled.reset(),
    close: () =>
      new Promise((resolve, reject) => {
        server.close(error => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the simulator has no TCP port');
  return address.port;
}
