import { ConfigurationError, UnreachableError } from '../errors';
import { refusal } from './refusal';
import type { Connection } from './settings';

export type Query = Record<string, string | number | undefined>;

export interface Request {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  /** Statuses that are answers too, and not problems. */
  accept?: readonly number[];
  /** False for what needs no token. */
  authenticated?: boolean;
}

export interface Answer<T> {
  body: T;
  /** The API's clock, to the second. */
  date: Date | undefined;
}

/** Calls of the API. Every one is bounded in time and ends with Ctrl-C. */
export interface ApiClient {
  connection: Connection;
  get<T>(path: string, request?: Request): Promise<Answer<T>>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, request?: Request): Promise<Answer<T>>;
  /** All pages of a list, at most so many items. */
  collect<T>(path: string, query: Query, most?: number): Promise<T[]>;
}

const ANSWER_MS = 30_000;
const PAGE = 500;

export function createApiClient(connection: Connection, interrupted: AbortSignal): ApiClient {
  const call = async <T>(method: string, path: string, request: Request = {}): Promise<Answer<T>> => {
    const { response, text } = await answerOf(
      connection.url,
      fetchOptions(connection, method, path, request, interrupted),
      interrupted,
    );
    if (!response.ok && request.accept?.includes(response.status) !== true) throw refusal(connection.url, response, text);
    const date = response.headers.get('date');
    return {
      body: parse<T>(connection.url, text),
      date: date === null ? undefined : new Date(date),
    };
  };
  const client: ApiClient = {
    connection,
    get: (path, request) => call('GET', path, request),
    send: call,
    async collect<T>(path: string, query: Query, most = Infinity) {
      const items: T[] = [];
      for (let cursor: string | null | undefined; cursor !== null && items.length < most;) {
        const limit = Math.min(PAGE, most - items.length);
        const { body } = await client.get<{ items: T[]; nextCursor: string | null }>(path, {
          query: { ...query, limit, cursor },
        });
        items.push(...body.items);
        cursor = body.nextCursor;
      }
      return items;
    },
  };
  return client;
}

interface Call {
  url: string;
  options: RequestInit;
}

function fetchOptions(connection: Connection, method: string, path: string, request: Request, interrupted: AbortSignal): Call {
  const { query = {}, body, headers = {}, authenticated = true } = request;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return {
    url: `${connection.url}${path}${search.size === 0 ? '' : `?${search.toString()}`}`,
    options: {
      method,
      // Followed, a redirect would turn a POST into a GET.
      redirect: 'manual',
      signal: AbortSignal.any([interrupted, AbortSignal.timeout(ANSWER_MS)]),
      headers: {
        accept: 'application/json',
        ...(authenticated && { authorization: `Bearer ${tokenOf(connection)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
  };
}

function tokenOf({ token, url }: Connection): string {
  if (token === undefined) {
    throw new ConfigurationError(
      `There is no token for ${url}.`,
      'Neither PROXBOX_TOKEN nor a configuration file has one.',
      `proxbox config init --url ${url}`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ConfigurationError(
      'The token cannot be sent.',
      'It holds spaces or characters that no token has.',
      'Look at the file or variable it is in.',
    );
  }
  return token;
}

async function answerOf(
  base: string,
  { url, options }: Call,
  interrupted: AbortSignal,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, options);
    return { response, text: await response.text() };
  } catch (error) {
    interrupted.throwIfAborted();
    throw new UnreachableError(base, reasonOf(error), adviceOf(error));
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `There was no answer within ${ANSWER_MS / 1000} seconds.`;
  if (error.cause instanceof AggregateError) return reasonOf(error.cause.errors[0]);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

function adviceOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && error.cause instanceof Error ? Reflect.get(error.cause, 'code') : undefined;
  const certificate = /CERT|SIGNED|TLS|SSL/.test(String(code));
  return certificate ? 'Set NODE_EXTRA_CA_CERTS to the certificate authority of the API, in PEM.' : undefined;
}

function parse<T>(base: string, text: string): T {
  try {
    return JSON.parse(text === '' ? 'null' : text) as T;
  } catch {
    throw new UnreachableError(base, 'What answers there is not the proxbox API: it sent no JSON.', 'proxbox config show');
  }
}
