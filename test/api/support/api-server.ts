import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi } from '../../../api/start';
import type { OidcConfig } from '../../../config/oidc';
import { Secret } from '../../../config/secret';
import type { LayerValues } from '../../../domain/settings/register';
import { createLog } from '../../../telemetry/log';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { requireDeclared } from './declared';
import { RecordingTemporal } from './recording-temporal';

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed body; text where it is no JSON, undefined where there is none. */
  body: unknown;
}

export interface AskOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ApiServer {
  url: string;
  key: string;
  database: TestDatabase;
  temporal: RecordingTemporal;
  /** Everything that was logged so far. */
  logged(): string;
  /** Sends a request with the key and, if there is a body, as JSON. The answer is one that is declared, or this throws. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** Back to no endpoints, no runs, and a Temporal that is up. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Of the user `admin`. */
export const adminPassword = 'correct horse battery';

export interface ApiServerOptions {
  trustedProxies?: string[];
  requestsPerMinute?: number;
  /** What the environment says about settings. */
  environment?: LayerValues<'environment'>;
  oidc?: OidcConfig;
}

/** The API over HTTP on a database of its own, with a Temporal that only records. */
export async function startApiServer({
  trustedProxies = [],
  requestsPerMinute = 0,
  environment = {},
  oidc,
}: ApiServerOptions = {}): Promise<ApiServer> {
  const database = await createTestDatabase();
  const stateDir = mkdtempSync(join(tmpdir(), 'proxbox-api-'));
  const temporal = new RecordingTemporal();
  const key = `test-${randomUUID()}`;
  const lines: string[] = [];
  const api = await startApi({
    config: {
      api: {
        host: '127.0.0.1',
        port: 0,
        key: new Secret(key),
        administrator: { username: 'admin', password: new Secret(adminPassword) },
        trustedProxies,
        requestsPerMinute,
      },
      allowedNetworks: ['127.0.0.0/8', '::1/128'],
      auditKey: undefined,
      netbox: { url: 'https://netbox.example.com', token: undefined, caFile: undefined, verifySsl: true },
      oidc,
      publicUrl: 'https://proxbox.example.com',
      encryptionKey: undefined,
      settings: environment,
      stateDir,
    },
    database: database.pool,
    databaseEngine: 'embedded',
    temporal,
    temporalUi: { url: 'http://127.0.0.1:8233', namespace: 'default' },
    log: createLog('info', { write: line => void lines.push(line) }),
    showFirstKey: () => {},
  });
  return {
    url: api.url,
    key,
    database,
    temporal,
    logged: () => lines.join(''),
    ask: (method, path, options) => ask(api.url, key, method, path, options),
    reset: async () => {
      temporal.reset();
      await database.pool.query('truncate endpoint, run, schedule cascade');
    },
    stop: async () => {
      await api.stop();
      await database.drop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

async function ask(url: string, key: string, method: string, path: string, { body, headers }: AskOptions = {}): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  const parsed: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
  const answer: Answer = { status: response.status, headers: response.headers, body: parsed };
  requireDeclared(method, path, answer);
  return answer;
}
