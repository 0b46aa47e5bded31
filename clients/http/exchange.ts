import type { Dispatcher } from 'undici';
import { readBody } from './body';
import { AnswerLostError, BodyTooLargeError, ConnectError, errorCode, errorDetail } from './errors';

export interface HttpRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Always a whole string: undici would send a stream chunked. */
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ExchangeLimits {
  /** From the start of the exchange to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One request and its whole answer, of any status. Nothing is sent twice. Fails with
 * `ConnectError` (nothing was sent), `AnswerLostError` (it may have been) or `BodyTooLargeError`;
 * with the signal's reason when it was aborted before the start.
 */
export async function exchange(dispatcher: Dispatcher, request: HttpRequest, limits: ExchangeLimits): Promise<HttpAnswer> {
  limits.signal?.throwIfAborted();
  const stop = new AbortController();
  const abort = () => stop.abort(new AnswerLostError('ABORTED', 'the caller gave up'));
  const timer = setTimeout(
    () => stop.abort(new AnswerLostError('TIMEOUT', `no whole answer within ${limits.timeoutMs} ms`)),
    limits.timeoutMs,
  );
  limits.signal?.addEventListener('abort', abort, { once: true });
  try {
    const answer = await dispatcher.request({ ...request, signal: stop.signal });
    const encoding = answer.headers['content-encoding'];
    const body = await readBody(answer.body, typeof encoding === 'string' ? encoding : undefined, limits.maxBytes);
    return { status: answer.statusCode, statusText: answer.statusText, headers: answer.headers, body };
  } catch (error) {
    if (error instanceof ConnectError || error instanceof AnswerLostError || error instanceof BodyTooLargeError) throw error;
    throw new AnswerLostError(errorCode(error), errorDetail(error));
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', abort);
  }
}

/** Whether the answer to a plain http request says that https is spoken here: nginx's words, or a redirect of the host to itself (Proxmox VE). */
export function wantsTls({ status, headers, body }: Pick<HttpAnswer, 'status' | 'headers' | 'body'>, { hostname }: URL): boolean {
  if (status === 400) return body.includes('plain HTTP request was sent to HTTPS port');
  const location = String(headers['location'] ?? '');
  if (status < 300 || status >= 400 || !URL.canParse(location)) return false;
  const target = new URL(location);
  return target.protocol === 'https:' && target.hostname === hostname;
}
