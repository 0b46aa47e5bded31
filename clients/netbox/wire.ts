import { Pool } from 'undici';
import { exchange, type HttpAnswer, wantsTls } from '../http/exchange';
import { createConnector, type TlsPolicy } from '../http/tls-connector';
import type { NetBoxRequestInfo } from './errors';

export interface NetBoxCall {
  readonly method: 'GET' | 'OPTIONS' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/`, without slashes at its ends: `dcim/sites`, `dcim/sites/7`. */
  readonly path: string;
  /** With its `?`. */
  readonly query?: string | undefined;
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
  /** Which branch it speaks to; main without it. */
  readonly branch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer of any status. `body` is the parsed JSON, or undefined when it is none. */
export interface NetBoxAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | undefined;
  /** The minor version, such as `4.7`; undefined when something before NetBox answered. */
  readonly apiVersion: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly location: string | undefined;
  /** Plain http was asked for, and the server says that it speaks TLS here. */
  readonly wantsTls: boolean;
  readonly request: NetBoxRequestInfo;
}

/** One request, one answer: nothing is repeated, no redirect is followed. Fails with the errors of `clients/http`. */
export interface Wire {
  send(call: NetBoxCall): Promise<NetBoxAnswer>;
  close(): Promise<void>;
}

export interface WireOptions {
  readonly baseUrl: URL;
  /** Undefined: nobody asks. */
  readonly authorization: string | undefined;
  readonly tls: TlsPolicy;
  readonly timeoutMs: number;
}

const connectTimeoutMs = 10_000;

/** A page of a thousand VMs with all their fields is about 1 MB. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** Gunicorn closes idle connections after two seconds; a write on one that is just closing would be in doubt. */
const keepAliveMs = 1_000;

export function createWire({ baseUrl, authorization, tls, timeoutMs }: WireOptions): Wire {
  const pool = new Pool(baseUrl.origin, {
    connect: createConnector(tls, connectTimeoutMs),
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
  });
  const basePath = baseUrl.pathname.replace(/\/+$/, '').replace(/\/api$/, '');

  return {
    async send(call) {
      const { method, path, query = '', body, ifMatch, branch, signal } = call;
      const headers = {
        ...(authorization === undefined ? {} : { authorization }),
        accept: 'application/json',
        'accept-encoding': 'gzip',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(branch === undefined ? {} : { 'x-netbox-branch': branch }),
      };
      const request = {
        method,
        path: `${basePath}/api/${path}/${query}`,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      };
      return parsed(baseUrl, call, await exchange(pool, request, { timeoutMs, maxBytes: largestAnswerBytes, signal }));
    },
    close: () => pool.destroy(),
  };
}

export function requestInfo({ method, path }: NetBoxCall): NetBoxRequestInfo {
  return { method, path: `/api/${path}/` };
}

function parsed(baseUrl: URL, call: NetBoxCall, { status, headers, body }: HttpAnswer): NetBoxAnswer {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return {
    status,
    body: jsonOf(body),
    etag: header('etag'),
    apiVersion: header('api-version'),
    retryAfterMs: retryAfter(header('retry-after')),
    location: header('location'),
    wantsTls: baseUrl.protocol === 'http:' && wantsTls({ status, headers, body }, baseUrl),
    request: { ...requestInfo(call), status, requestId: header('x-request-id') },
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
