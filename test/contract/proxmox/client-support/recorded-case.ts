import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';

/** One request to a real Proxmox VE 9.2 API, and what it answered. */
export interface RecordedCase {
  readonly case: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly status: number;
  readonly statusText: string;
  readonly body?: {
    readonly data?: unknown;
    readonly message?: string;
    readonly errors?: Readonly<Record<string, string>>;
    readonly total?: number;
  };
  readonly bodyText?: string;
}

const folder = join(__dirname, '..', 'recorded');

/** The cases that are one request with one answer. */
export function recordedCases(): RecordedCase[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map((name): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter(isCase);
}

function isCase(value: unknown): value is RecordedCase {
  return (
    typeof value === 'object' &&
    value !== null &&
    'request' in value &&
    'status' in value &&
    typeof value.status === 'number' &&
    value.status >= 200
  );
}

/** Path below `/api2/json` and the query. */
export function locate({ request }: RecordedCase): { path: string; query: URLSearchParams } {
  const [path = '', query = ''] = request.path.replace(/^\/api2\/json/, '').split('?');
  return { path, query: new URLSearchParams(query) };
}

/** Sends the recorded answer again: status, reason phrase and body. */
export function replay(recorded: RecordedCase, response: ServerResponse): void {
  const reason = (recorded.statusText.split('\n')[0] ?? '').replace(/[^\x20-\x7e]/g, '?');
  const body = recorded.body === undefined ? (recorded.bodyText ?? '') : JSON.stringify(recorded.body);
  response.writeHead(recorded.status, reason, {
    'content-type': recorded.body === undefined ? 'text/plain' : 'application/json;charset=UTF-8',
    'content-length': Buffer.byteLength(body),
    ...(recorded.status >= 400 ? { connection: 'close' } : {}),
  });
  response.end(body);
}
