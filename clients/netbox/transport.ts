import { setTimeout as sleep } from 'node:timers/promises';
import type { AdaptiveLimiter } from '../limiter/adaptive-limiter';
import type { RequestOutcome } from '../limiter/concurrency-controller';
import { detailOf, errorOf, type NetBoxAnswer } from './classify';
import {
  NetBoxTlsError,
  NetBoxUnavailableError,
  NetBoxUnknownOutcomeError,
  NetBoxVersionChangedError,
  type NetBoxError,
  type NetBoxRequestInfo,
} from './errors';
import { isRecord } from './field-errors';
import { NoAnswerError, type HttpAnswer, type HttpExchange, type HttpRequest } from './http-exchange';

export interface TransportCall {
  readonly method: HttpRequest['method'];
  /** Below `/api/`, without slashes at its ends: `dcim/sites`, `dcim/sites/7`. */
  readonly path: string;
  /** With its `?`. */
  readonly query?: string | undefined;
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Transport {
  /** From now on an answer of another minor version is an error. Undefined while the version is being read. */
  expectVersion(minor: string | undefined): void;
  /** A 2xx answer with JSON. Repeats after 429, 5xx and lost connections, a few times. Throws a NetBoxError otherwise. */
  read(call: TransportCall): Promise<NetBoxAnswer>;
  /**
   * Whatever NetBox decided, below 500. It is sent once; only 429 is repeated, which is refused before it is looked at.
   * Throws NetBoxUnknownOutcomeError when it may have been written, NetBoxUnavailableError when it certainly was not.
   */
  write(call: TransportCall): Promise<NetBoxAnswer>;
}

export interface TransportOptions {
  readonly baseUrl: string;
  readonly authorization: string;
  readonly exchange: HttpExchange;
  readonly limiter: AdaptiveLimiter;
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Nobody waits longer than this for `Retry-After`: the caller's own retry is the better place. */
const longestPauseMs = 60_000;

export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, authorization, exchange, limiter, attempts, retryDelayMs } = options;
  let expected: string | undefined;
  let changedTo: string | undefined;

  function assertVersion(request: NetBoxRequestInfo): void {
    if (changedTo === undefined) return;
    throw new NetBoxVersionChangedError(`NetBox was ${expected} when this run began and answers as ${changedTo} now`, request);
  }

  async function once(call: TransportCall): Promise<NetBoxAnswer> {
    const { method, path, query = '', body, ifMatch } = call;
    const signal = anySignal(options.signal, call.signal);
    const request: HttpRequest = {
      method,
      url: `${baseUrl}/api/${path}/${query}`,
      headers: {
        authorization,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    };
    const kind = `${method} ${path.replace(/\d+/g, '#')}`;
    return limiter.run(async () => noteVersion(await exchange.send(request), call), {
      kind,
      signal,
      outcomeOf: result => outcomeOf(call, result),
    });
  }

  function noteVersion(answer: HttpAnswer, call: TransportCall): NetBoxAnswer {
    const version = answer.header('api-version');
    if (expected !== undefined && version !== undefined && version !== expected) changedTo = version;
    return parsed(call, answer);
  }

  /** Waits before another attempt; tells whether there is one. */
  async function pause(attempt: number, retryAfterMs: number | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    if (attempt >= attempts || (retryAfterMs ?? 0) > longestPauseMs) return false;
    await sleep(retryAfterMs ?? retryDelayMs * 2 ** (attempt - 1), undefined, signal === undefined ? {} : { signal });
    return true;
  }

  return {
    expectVersion(minor) {
      expected = minor;
      changedTo = undefined;
    },

    async read(call) {
      const signal = anySignal(options.signal, call.signal);
      for (let attempt = 1; ; attempt += 1) {
        const answer = await once(call).catch((error: unknown) => noAnswer(call, error));
        if ('status' in answer && answer.status < 300 && answer.body !== undefined) {
          assertVersion(answer.request);
          return answer;
        }
        const error = 'status' in answer ? errorOf(answer) : answer;
        if (!(error instanceof NetBoxUnavailableError) || !(await pause(attempt, error.retryAfterMs, signal))) throw error;
      }
    },

    async write(call) {
      const signal = anySignal(options.signal, call.signal);
      assertVersion(requestOf(call));
      for (let attempt = 1; ; attempt += 1) {
        const answer = await once(call).catch((error: unknown) => {
          if (error instanceof NoAnswerError && error.sent) throw unanswered(call, error);
          throw noAnswer(call, error);
        });
        if (leavesDoubt(answer)) throw answeredBadly(call, answer);
        if (answer.status !== 429) return answer;
        const error = errorOf(answer);
        if (!(await pause(attempt, answer.retryAfterMs, signal))) throw error;
      }
    },
  };
}

/** The call's own body stands in doubt; bulk calls put their items in its place. */
function unanswered(call: TransportCall, cause: NoAnswerError): NetBoxUnknownOutcomeError {
  const message = `the write may or may not have happened: ${cause.message}`;
  return new NetBoxUnknownOutcomeError(message, { inDoubt: [call.body] }, requestOf(call), { cause });
}

function leavesDoubt({ status, body }: NetBoxAnswer): boolean {
  return status >= 500 || (status < 300 && status !== 204 && body === undefined);
}

function answeredBadly(call: TransportCall, { body, request }: NetBoxAnswer): NetBoxUnknownOutcomeError {
  const exception = isRecord(body) && typeof body['exception'] === 'string' ? body['exception'] : undefined;
  const message = `the write may or may not have happened: ${detailOf(body)}`;
  return new NetBoxUnknownOutcomeError(message, { inDoubt: [call.body], exception }, request);
}

/** Of a failure before any answer: what it means for a call that can be repeated or was never sent. A cancelled call
 * throws the caller's reason; anything else is thrown as it is. */
function noAnswer(call: TransportCall, error: unknown): NetBoxError {
  if (!(error instanceof NoAnswerError)) throw error;
  if (error.reason === 'aborted') throw error.cause;
  const request = requestOf(call);
  if (error.reason === 'tls')
    return new NetBoxTlsError(`NetBox's certificate is not trusted: ${error.message}`, request, { cause: error });
  return new NetBoxUnavailableError(`NetBox cannot be reached: ${error.message}`, undefined, request, { cause: error });
}

function requestOf({ method, path }: TransportCall): NetBoxRequestInfo {
  return { method, path: `/api/${path}/` };
}

function parsed(call: TransportCall, answer: HttpAnswer): NetBoxAnswer {
  return {
    status: answer.status,
    body: jsonOf(answer.text),
    etag: answer.header('etag'),
    retryAfterMs: retryAfter(answer.header('retry-after')),
    location: answer.header('location'),
    request: { ...requestOf(call), status: answer.status, requestId: answer.header('x-request-id') },
  };
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds, or a date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

function outcomeOf(call: TransportCall, result: { value: NetBoxAnswer } | { error: unknown }): RequestOutcome {
  if ('error' in result) {
    const ours = result.error instanceof NoAnswerError && (result.error.reason === 'aborted' || !result.error.sent);
    return ours ? { kind: 'ignored' } : { kind: 'overload' };
  }
  const { status, retryAfterMs, body } = result.value;
  if (status === 429 || status >= 500) return { kind: 'overload', retryAfterMs };
  if (status >= 300) return { kind: 'ignored' };
  return { kind: 'answered', units: lengthOf(call.body) ?? lengthOf(body) ?? 1 };
}

/** Objects of a bulk request, rows of a list. */
function lengthOf(body: unknown): number | undefined {
  if (Array.isArray(body)) return body.length;
  return isRecord(body) && Array.isArray(body['results']) ? body['results'].length : undefined;
}

function anySignal(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  return AbortSignal.any([one, other]);
}
