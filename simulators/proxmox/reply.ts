import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { ApiReply } from './api';
import type { Fault } from './faults';
import { writeJson } from './json';
import type { Random } from './random';
import type { Formatter } from './transport';

/** A whole answer, ready to be sent. */
export interface WireReply {
  status: number;
  reason: string;
  contentType?: string;
  body: string;
}

/** Renders an answer: JSON with keys in random order, message ended by a line feed, reason phrase from its first line. */
export function render(reply: ApiReply, formatter: Formatter, order: Random): WireReply {
  const { status, message } = reply;
  const reason = message === undefined ? 'OK' : firstLine(message);
  if (reply.bare !== undefined) {
    return { status, reason, body: reply.bare.text, ...(status === 500 ? { contentType: 'text/plain' } : {}) };
  }
  // 501 alone has no line feed at the end of its message (Proxmox VE 9.2, measured).
  const text = message === undefined || status === 501 ? message : `${message}\n`;
  const content = { data: reply.data ?? null, message: text, errors: reply.errors, total: reply.total || undefined };
  const contentType = 'application/json;charset=UTF-8';
  if (formatter === 'json') return { status, reason, contentType, body: writeJson(content, order) };
  const failed = status >= 400;
  const extjs = { ...content, success: failed ? 0 : 1, status: failed ? (status === 500 ? status : String(status)) : undefined };
  return { status: 200, reason: 'OK', contentType, body: writeJson(extjs, order) };
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}

/** Sends the answer; anything from 400 on closes the connection, as pveproxy does. */
export function send(message: IncomingMessage, response: ServerResponse, reply: WireReply): void {
  const zip = reply.body.length > 1024 && /\bgzip\b/.test(message.headers['accept-encoding'] ?? '');
  const body = zip ? gzipSync(reply.body) : Buffer.from(reply.body);
  response.sendDate = true;
  response.writeHead(reply.status, reply.reason, {
    server: 'pve-api-daemon/3.0',
    'cache-control': 'max-age=0',
    'content-length': body.length,
    ...(reply.contentType === undefined ? {} : { 'content-type': reply.contentType }),
    ...(zip ? { 'content-encoding': 'gzip' } : {}),
    ...(reply.status >= 400 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** Sends half of the answer and cuts the connection. */
export function truncate(response: ServerResponse, reply: WireReply): void {
  const body = Buffer.from(reply.body.length > 1 ? reply.body : '{"data":null}');
  response.writeHead(reply.status, reply.reason, {
    'content-length': body.length,
    'content-type': 'application/json;charset=UTF-8',
  });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

const HTML = '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n';

/** What a fault puts in the place of the answer; undefined for the kinds that are about time and connections. */
export function replacement(action: Fault['action']): WireReply | undefined {
  switch (action.kind) {
    case 'status': {
      const bare = action.status === 401 || action.status >= 595;
      const reason = action.message ?? 'injected fault';
      if (bare) return { status: action.status, reason: firstLine(reason), body: '' };
      const body = JSON.stringify({ data: null, message: `${reason}\n` });
      return { status: action.status, reason: firstLine(reason), contentType: 'application/json;charset=UTF-8', body };
    }
    case 'garbage':
      return { status: 200, reason: 'OK', contentType: 'application/json;charset=UTF-8', body: '{"data":[{"vmid":1' };
    case 'html':
      return { status: 200, reason: 'OK', contentType: 'text/html', body: HTML };
    case 'empty':
      return { status: 200, reason: 'OK', body: '' };
    default:
      return undefined;
  }
}
