import { Pool } from 'undici';
import { exchange, type HttpAnswer, type HttpRequest, wantsTls } from '../http/exchange';
import { createConnector } from '../http/tls-connector';
import { answerError } from './answer-error';
import { createCredential, type Credential, type Ticket } from './credentials';
import { CredentialGate } from './credential-gate';
import { asObject, parseEnvelope, type Envelope } from './envelope';
import {
  ProxmoxAuthError,
  ProxmoxParameterError,
  ProxmoxResponseError,
  ProxmoxUnknownOutcomeError,
  type FailedCall,
} from './errors';
import { CallLimits, SLOW_CALLS, type Lane } from './limits';
import { NodeDirectory } from './node-directory';
import type { Settings } from './options';
import { checkPath, encodeForm, isRead, nodeOfPath, type Parameters } from './request-parts';
import { isReset, transportError, WANTS_TLS } from './transport-error';

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface CallSettings {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  readonly lane?: Lane;
}

/** 10,000 guests are about 6 MB of `/cluster/resources`. */
const MAX_ANSWER_BYTES = 64 * 1024 ** 2;
/** What Proxmox accepts. */
const MAX_FORM_BYTES = 512 * 1024;
/** Proxmox closes an idle connection after 5 s. */
const KEEP_ALIVE_MS = 4_000;

/** One Proxmox endpoint: sends calls within the limits, with the credential, and turns every failure into an error class. */
export class Connection {
  private readonly pool: Pool;
  private readonly limits: CallLimits;
  private readonly credential: Credential;
  private readonly gate = new CredentialGate();
  readonly nodes: NodeDirectory;

  constructor(
    private readonly settings: Settings,
    readNodes: () => Promise<readonly string[]>,
  ) {
    const { entryConcurrency, perNodeConcurrency, perNodeSlowConcurrency } = settings;
    this.pool = new Pool(settings.origin, {
      connections: entryConcurrency + SLOW_CALLS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: createConnector(settings.tls, settings.connectTimeoutMs, settings.refuseAddress),
    });
    this.limits = new CallLimits({ quick: perNodeConcurrency, slow: perNodeSlowConcurrency }, entryConcurrency);
    this.credential = createCredential(settings.auth, form => this.logIn(form));
    this.nodes = new NodeDirectory(readNodes);
  }

  /** The answer of a call that succeeded. A write is never repeated, except when its ticket was refused (401) before anything was done. */
  async call(method: ApiMethod, path: string, parameters: Parameters = {}, call: CallSettings = {}): Promise<Envelope> {
    checkPath(path);
    const failed = { method, path };
    const signal = joined(call.signal, this.settings.signal);
    const node = nodeOfPath(path);
    if (node !== null) await this.nodes.require(node, failed);
    const request = formRequest(failed, method, parameters);
    const timeoutMs = call.timeoutMs ?? this.settings.timeoutMs;
    const secrets = Object.entries(parameters).flatMap(([name, value]) => (/password|secret/i.test(name) ? [String(value)] : []));
    const send = () => this.sendAuthenticated(failed, request, { timeoutMs, signal, secrets });
    return this.gate.run(failed, () => this.limits.run(node, call.lane ?? 'quick', send, signal), signal);
  }

  private get isPlain(): boolean {
    return this.settings.origin.startsWith('http:');
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async sendAuthenticated(failed: FailedCall, request: HttpRequest, how: SendSettings): Promise<Envelope> {
    try {
      return await this.send(failed, await this.withCredential(request), how);
    } catch (error) {
      if (!(error instanceof ProxmoxAuthError) || error.path !== failed.path || !this.credential.renew()) throw error;
      return await this.send(failed, await this.withCredential(request), how);
    }
  }

  private async withCredential(request: HttpRequest): Promise<HttpRequest> {
    return { ...request, headers: { ...request.headers, ...(await this.credential.headers(request.method !== 'GET')) } };
  }

  private async send(failed: FailedCall, request: HttpRequest, how: SendSettings): Promise<Envelope> {
    const answer = await this.exchange(failed, request, how);
    const envelope = parseEnvelope(answer.body, answer.statusText);
    const call = { ...failed, status: answer.status };
    if (this.isPlain && wantsTls(answer, new URL(this.settings.origin))) throw new ProxmoxResponseError(call, `it ${WANTS_TLS}`);
    if (answer.status >= 300) throw answerError(call, this.withoutSecrets(envelope, how.secrets));
    if (envelope.valid) return envelope;
    const text = 'the answer is not that of a Proxmox API: check the address of the endpoint';
    throw isRead(failed) ? new ProxmoxResponseError(call, text) : new ProxmoxUnknownOutcomeError(call, text);
  }

  /** A read whose connection was reset is sent once more. */
  private async exchange(failed: FailedCall, request: HttpRequest, how: SendSettings): Promise<HttpAnswer> {
    const limits = { timeoutMs: how.timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal: how.signal };
    try {
      return await exchange(this.pool, request, limits).catch((failure: unknown) => {
        if (request.method !== 'GET' || !isReset(failure)) throw failure;
        return exchange(this.pool, request, limits);
      });
    } catch (failure) {
      throw transportError(failed, failure, { signal: how.signal, plain: this.isPlain });
    }
  }

  private async logIn(form: string): Promise<Ticket> {
    const failed = { method: 'POST', path: '/access/ticket' };
    const how = { timeoutMs: this.settings.timeoutMs, signal: this.settings.signal, secrets: [] };
    const { data } = await this.send(failed, { method: 'POST', path: apiUrl('/access/ticket'), headers: FORM, body: form }, how);
    const { ticket, CSRFPreventionToken: csrfToken } = asObject(data) ?? {};
    if (typeof ticket !== 'string') throw new ProxmoxResponseError(failed, 'the login gave no ticket');
    if (ticket.startsWith('PVE:!tfa!')) {
      throw new ProxmoxAuthError(failed, 'this user needs a second factor, which a service cannot give: use an API token');
    }
    return { ticket, csrfToken: typeof csrfToken === 'string' ? csrfToken : '' };
  }

  private withoutSecrets(envelope: Envelope, more: readonly string[]): Envelope {
    const secrets = [...this.credential.secrets(), ...more].filter(secret => secret.length >= 4);
    const clean = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    const errors = Object.fromEntries(Object.entries(envelope.errors).map(([name, text]) => [name, clean(text)]));
    return { ...envelope, message: clean(envelope.message), errors };
  }
}

interface SendSettings {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly secrets: readonly string[];
}

const ACCEPT = { accept: 'application/json', 'accept-encoding': 'gzip' };
const FORM = { ...ACCEPT, 'content-type': 'application/x-www-form-urlencoded' };

/** GET and DELETE carry their parameters in the query, because Proxmox refuses a body on them. */
function formRequest(failed: FailedCall, method: ApiMethod, parameters: Parameters): HttpRequest {
  const form = encodeForm(parameters);
  const path = apiUrl(failed.path);
  if (method === 'GET' || method === 'DELETE') return { method, path: form === '' ? path : `${path}?${form}`, headers: ACCEPT };
  if (Buffer.byteLength(form) > MAX_FORM_BYTES) {
    throw new ProxmoxParameterError(failed, 'not sent: the parameters are larger than the 512 KiB that Proxmox accepts', {});
  }
  return { method, path, headers: FORM, body: form };
}

function apiUrl(path: string): string {
  return `/api2/json${path}`;
}

function joined(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other);
}
