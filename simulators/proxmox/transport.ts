import type { IncomingMessage } from 'node:http';
import { BareError } from './errors';

const BODY_LIMIT = 512 * 1024;
const HEADER_LIMIT = 64;

/** What Proxmox VE 9.2 refuses before it looks at the path. @throws BareError 501 */
export function refuse(message: IncomingMessage): void {
  const method = message.method ?? '';
  if (!['GET', 'POST', 'PUT', 'DELETE'].includes(method)) throw new BareError(501, `method '${method}' not available`);
  if (/chunked/i.test(message.headers['transfer-encoding'] ?? ''))
    throw new BareError(501, 'chunked transfer encoding not supported');
  const length = Number(message.headers['content-length'] ?? 0);
  if (length > 0 && (method === 'GET' || method === 'DELETE'))
    throw new BareError(501, `Unexpected content for method '${method}'`);
  if (length > BODY_LIMIT) throw new BareError(501, 'for data too large');
}

/** More header lines than Proxmox takes: it closes the connection without a word. */
export function hasTooManyHeaders(message: IncomingMessage): boolean {
  return message.rawHeaders.length / 2 > HEADER_LIMIT;
}

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export type Formatter = 'json' | 'extjs';

/** Takes `/api2/<formatter>` off. @throws BareError 501 */
export function splitPath(url: string): { formatter: Formatter; path: string; query: string } {
  const at = url.indexOf('?');
  const full = at < 0 ? url : url.slice(0, at);
  const match = /^\/api2\/([^/]+)(\/.*)?$/.exec(full);
  const path = decodePath(match?.[2] ?? '/');
  const formatter = match?.[1] ?? '';
  if (formatter !== 'json' && formatter !== 'extjs') throw new BareError(501, `no formatter for uri ${path}, ${formatter}`);
  return { formatter, path, query: at < 0 ? '' : url.slice(at + 1) };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
