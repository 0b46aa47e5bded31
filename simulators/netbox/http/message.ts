import type { IncomingMessage } from 'node:http';
import { ApiError } from '../errors';
import type { Json } from '../json';

/** A request, read completely. */
export interface Request {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly queryText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
  /** Scheme and host under which the caller sees the server. */
  readonly base: string;
}

/** An answer. `body` undefined sends none; a string is sent as HTML. */
export interface Reply {
  readonly status: number;
  readonly body?: Json;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function readRequest(message: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  const [path = '/', queryText = ''] = (message.url ?? '/').split(/\?(.*)/s);
  const headers = Object.fromEntries(
    Object.entries(message.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
  return {
    method: message.method ?? 'GET',
    path: decodeURIComponent(path),
    query: new URLSearchParams(queryText),
    queryText,
    headers,
    bodyText: Buffer.concat(chunks).toString('utf8'),
    base: `http://${headers['host'] ?? '127.0.0.1'}`,
  };
}

/** The JSON body of a request; undefined when there is none. Anything else than JSON is refused as NetBox does. */
export function jsonBody(request: Request): Json | undefined {
  if (request.bodyText === '') return undefined;
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (mediaType !== 'application/json') throw new ApiError(415, { detail: `Unsupported media type "${mediaType}" in request.` });
  try {
    return JSON.parse(request.bodyText) as Json;
  } catch {
    throw new ApiError(400, { detail: 'JSON parse error - Expecting value: line 1 column 1 (char 0)' });
  }
}
