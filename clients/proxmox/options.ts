import type { RefuseAddress } from '../http/guarded-lookup';
import { normalizeFingerprint, type TlsPolicy } from '../http/tls-connector';

export type ProxmoxAuth =
  | { readonly type: 'token'; /** `user@realm!name` */ readonly tokenId: string; readonly secret: string }
  | { readonly type: 'password'; /** `user@realm` */ readonly username: string; readonly password: string };

export interface ProxmoxClientOptions {
  /** `https://host:8006`, without a path. */
  readonly baseUrl: string;
  readonly auth: ProxmoxAuth;
  readonly tls: TlsPolicy;
  /** For one call; default 35 s: a node that hangs answers 596 after 30 s, which says more than our own time-out. */
  readonly timeoutMs?: number;
  /** For one call to a guest agent; default 12 s: a dead agent is told after 3 s, a stuck one after 8 s. */
  readonly agentTimeoutMs?: number;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Calls in flight to one node; default 4: more makes a node slower (three workers). */
  readonly perNodeConcurrency?: number;
  /** Agent, container interface and storage content calls in flight to one node; default 2: each occupies one of three daemon workers. */
  readonly perNodeSlowConcurrency?: number;
  /** Quick calls in flight through the entry node; default 6. */
  readonly entryConcurrency?: number;
  /** Why an IP address must not be contacted; asked of the address and of what its name resolves to, before each connection. */
  readonly refuseAddress?: RefuseAddress;
  /** Ends every call of this client. */
  readonly signal?: AbortSignal;
}

export type Settings = Required<Omit<ProxmoxClientOptions, 'signal' | 'baseUrl' | 'refuseAddress'>> & {
  readonly refuseAddress: RefuseAddress | undefined;
  readonly signal: AbortSignal | undefined;
  readonly origin: string;
};

/** Fills in defaults; throws `RangeError` for an option that cannot work, never showing a secret. */
export function resolveOptions(options: ProxmoxClientOptions): Settings {
  checkAuth(options.auth);
  const origin = originOf(options.baseUrl);
  if (options.tls.mode === 'fingerprint') normalizeFingerprint(options.tls.sha256);
  if (origin.startsWith('http:') && (options.tls.mode === 'fingerprint' || options.tls.mode === 'ca')) {
    throw new RangeError('a plain http address has no certificate to compare: use https, or TLS mode "insecure"');
  }
  return {
    origin,
    auth: options.auth,
    tls: options.tls,
    timeoutMs: options.timeoutMs ?? 35_000,
    agentTimeoutMs: options.agentTimeoutMs ?? 12_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    perNodeConcurrency: options.perNodeConcurrency ?? 4,
    perNodeSlowConcurrency: options.perNodeSlowConcurrency ?? 2,
    entryConcurrency: options.entryConcurrency ?? 6,
    refuseAddress: options.refuseAddress,
    signal: options.signal,
  };
}

function originOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) throw new RangeError('the address of a Proxmox endpoint looks like https://host:8006');
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new RangeError('the address of a Proxmox endpoint begins with https://');
  if (url.username || url.password) throw new RangeError('credentials do not belong into the address of a Proxmox endpoint');
  if (url.pathname !== '/' || url.search || url.hash)
    throw new RangeError('the address of a Proxmox endpoint has no path: https://host:8006');
  return url.origin;
}

function checkAuth(auth: ProxmoxAuth): void {
  if (auth.type === 'token') {
    if (!/^[^\s:/!]+@[A-Za-z][\w.-]*![A-Za-z][\w.-]*$/.test(auth.tokenId))
      throw new RangeError('a token ID looks like user@realm!name');
    if (!/^[\x21-\x7e]+$/.test(auth.secret)) throw new RangeError('a token secret is one word, usually a UUID');
  } else if (!/^[^\s:/!]+@[A-Za-z][\w.-]*$/.test(auth.username) || auth.password === '') {
    throw new RangeError('a login needs user@realm and a password');
  }
}
