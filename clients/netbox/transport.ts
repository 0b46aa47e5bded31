import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerLostError, BodyTooLargeError, ConnectError, TlsTrustError, type TlsReason } from '../http/errors';
import type { AdaptiveLimiter } from '../limiter/adaptive-limiter';
import type { RequestOutcome } from '../limiter/concurrency-controller';
import { detailOf, errorOf } from './classify';
import {
  NetBoxResponseError,
  NetBoxTlsError,
  NetBoxUnavailableError,
  NetBoxUnknownOutcomeError,
  NetBoxVersionChangedError,
  type NetBoxError,
} from './errors';
import { isRecord } from './field-errors';
import { requestInfo, type NetBoxAnswer, type NetBoxCall, type Wire } from './wire';

/** What reads and writes share: the limiter, the signal, the version that must not change, and when a request is repeated. */
export interface Transport {
  /** From now on an answer of another minor version is an error. Undefined while the version is being read. */
  expectVersion(minor: string | undefined): void;
  /** A 2xx answer with JSON. Repeats after 429, 5xx and lost connections, a few times. Throws a NetBoxError otherwise. */
  read(call: NetBoxCall): Promise<NetBoxAnswer>;
  /**
   * Whatever NetBox decided, below 500. It is sent once; only 429 is repeated, which is refused before it is looked at.
   * Throws NetBoxUnknownOutcomeError when it may have been written, NetBoxUnavailableError when it certainly was not.
   */
  write(call: NetBoxCall): Promise<NetBoxAnswer>;
}

export interface TransportOptions {
  readonly wire: Wire;
  readonly limiter: AdaptiveLimiter;
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Nobody waits longer than this for `Retry-After`: the caller's own retry is the better place. */
const longestPauseMs = 60_000;

export function createTransport({ wire, limiter, attempts, retryDelayMs, signal: always }: TransportOptions): Transport {
  let expected: string | undefined;
  let changedTo: string | undefined;

  function assertVersion(call: NetBoxCall): void {
    if (changedTo === undefined) return;
    const words = `NetBox was ${expected} when this run began and answers as ${changedTo} now`;
    throw new NetBoxVersionChangedError(words, requestInfo(call));
  }

  async function once(call: NetBoxCall): Promise<NetBoxAnswer> {
    const answer = await limiter.run(() => wire.send(call), {
      kind: `${call.method} ${call.path.replace(/\d+/g, '#')}`,
      signal: call.signal,
      outcomeOf: result => outcomeOf(call, result),
    });
    const { apiVersion } = answer;
    if (expected !== undefined && apiVersion !== undefined && apiVersion !== expected) changedTo = apiVersion;
    return answer;
  }

  /** Waits before another attempt; tells whether there is one. */
  async function pause(attempt: number, retryAfterMs: number | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    if (attempt >= attempts || (retryAfterMs ?? 0) > longestPauseMs) return false;
    const waiting = sleep(retryAfterMs ?? retryDelayMs * 2 ** (attempt - 1), undefined, signal === undefined ? {} : { signal });
    await waiting.catch(() => signal?.throwIfAborted());
    return true;
  }

  return {
    expectVersion(minor) {
      expected = minor;
      changedTo = undefined;
    },

    async read(given) {
      const call = { ...given, signal: anySignal(always, given.signal) };
      for (let attempt = 1; ; attempt += 1) {
        const answer = await once(call).catch((error: unknown) => noAnswer(call, error));
        if ('status' in answer && answer.status < 300 && answer.body !== undefined) {
          assertVersion(call);
          return answer;
        }
        const error = 'status' in answer ? errorOf(answer) : answer;
        if (!(error instanceof NetBoxUnavailableError) || !(await pause(attempt, error.retryAfterMs, call.signal))) throw error;
      }
    },

    async write(given) {
      const call = { ...given, signal: anySignal(always, given.signal) };
      assertVersion(call);
      for (let attempt = 1; ; attempt += 1) {
        const answer = await once(call).catch((error: unknown) => {
          throw leavesDoubt(error) ? unanswered(call, error) : noAnswer(call, error);
        });
        if (answersBadly(answer)) throw inDoubt(call, answer);
        if (answer.status !== 429) return answer;
        const error = errorOf(answer);
        if (!(await pause(attempt, answer.retryAfterMs, call.signal))) throw error;
      }
    },
  };
}

function leavesDoubt(error: unknown): error is Error {
  return error instanceof AnswerLostError || error instanceof BodyTooLargeError;
}

function untrusted(reason: TlsReason): string {
  switch (reason) {
    case 'plain-http':
      return 'NetBox speaks plain HTTP at this port, and https was asked for: give NETBOX_URL with the port that speaks TLS, or with http://';
    case 'self-signed':
    case 'unknown-issuer':
      return "NetBox's certificate is not trusted, since its authority is not known here: name a file with the authority in NETBOX_CA; in a lab NETBOX_VERIFY_SSL=false checks none";
    default:
      return "NetBox's certificate is not trusted";
  }
}

/** The call's own body stands in doubt; bulk calls put their items in its place. */
function unanswered(call: NetBoxCall, cause: Error): NetBoxUnknownOutcomeError {
  const message = `the write may or may not have happened: ${cause.message}`;
  return new NetBoxUnknownOutcomeError(message, { inDoubt: [call.body] }, requestInfo(call), { cause });
}

function answersBadly({ status, body }: NetBoxAnswer): boolean {
  return status >= 500 || (status < 300 && status !== 204 && body === undefined);
}

function inDoubt(call: NetBoxCall, { body, request }: NetBoxAnswer): NetBoxUnknownOutcomeError {
  const exception = isRecord(body) && typeof body['exception'] === 'string' ? body['exception'] : undefined;
  const message = `the write may or may not have happened: ${detailOf(body)}`;
  return new NetBoxUnknownOutcomeError(message, { inDoubt: [call.body], exception }, request);
}

/**
 * What a failure before any answer means for a call that can be repeated or was never sent. A cancelled call throws the
 * caller's reason; anything else is thrown as it is.
 */
function noAnswer(call: NetBoxCall, error: unknown): NetBoxError {
  call.signal?.throwIfAborted();
  const request = requestInfo(call);
  if (error instanceof TlsTrustError)
    return new NetBoxTlsError(`${untrusted(error.reason)} (${error.message})`, request, { cause: error });
  if (error instanceof ConnectError || error instanceof AnswerLostError) {
    return new NetBoxUnavailableError(`NetBox cannot be reached: ${error.message}`, undefined, request, { cause: error });
  }
  if (error instanceof BodyTooLargeError) return new NetBoxResponseError(error.message, request, { cause: error });
  throw error;
}

function outcomeOf(call: NetBoxCall, result: { value: NetBoxAnswer } | { error: unknown }): RequestOutcome {
  if ('error' in result) {
    const lost = result.error instanceof AnswerLostError && result.error.code !== 'ABORTED';
    return { kind: lost ? 'overload' : 'ignored' };
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

/** A signal of the call's own: hundreds may wait at once, and listeners must not pile up on the caller's. */
function anySignal(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter(signal => signal !== undefined);
  return given.length === 0 ? undefined : AbortSignal.any(given);
}
