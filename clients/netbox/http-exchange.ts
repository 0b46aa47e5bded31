import { Agent, request } from 'undici';

/** `ca`: PEM of the authority that signed NetBox's certificate, instead of the public ones. `verify: false` accepts any certificate. */
export type NetBoxTls = { readonly verify: true; readonly ca?: string } | { readonly verify: false };

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  readonly text: string;
}

/**
 * No answer came. `sent` is false only when it is certain that the server got nothing: no address, no connection, no trusted certificate.
 * `aborted`: the caller's signal ended it; its reason is the cause.
 */
export class NoAnswerError extends Error {
  readonly reason: 'unreachable' | 'tls' | 'lost' | 'timeout' | 'aborted';

  constructor(reason: NoAnswerError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NoAnswerError';
    this.reason = reason;
  }

  get sent(): boolean {
    return this.reason !== 'unreachable' && this.reason !== 'tls';
  }
}

export interface HttpExchange {
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** One request, one answer: no redirects are followed and nothing is repeated. */
export function createHttpExchange(options: { tls: NetBoxTls; timeoutMs: number }): HttpExchange {
  const { tls, timeoutMs } = options;
  const agent = new Agent({
    connect: { rejectUnauthorized: tls.verify, ...(tls.verify && tls.ca !== undefined ? { ca: tls.ca } : {}) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // Gunicorn closes idle connections after two seconds; a write on one that is just closing would be in doubt.
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 1_000,
  });

  return {
    async send({ method, url, headers, body, signal }) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await request(url, {
          dispatcher: agent,
          method,
          headers,
          body: body ?? null,
          signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        });
        const text = await answer.body.text();
        return { status: answer.statusCode, header: name => oneValue(answer.headers[name]), text };
      } catch (error) {
        if (signal?.aborted) throw new NoAnswerError('aborted', 'the call was cancelled', { cause: signal.reason });
        if (timeout.aborted) throw new NoAnswerError('timeout', `no answer within ${timeoutMs} ms`, { cause: error });
        throw noAnswer(error);
      }
    },
    close: () => agent.destroy(),
  };
}

function oneValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

const unreachable = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function noAnswer(error: unknown): NoAnswerError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const words = code === '' ? 'the connection failed' : `the connection failed with ${code}`;
  if (unreachable.has(code)) return new NoAnswerError('unreachable', words, { cause: error });
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_SSL|ERR_TLS/.test(code)) return new NoAnswerError('tls', words, { cause: error });
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return new NoAnswerError('timeout', words, { cause: error });
  return new NoAnswerError('lost', words, { cause: error });
}
