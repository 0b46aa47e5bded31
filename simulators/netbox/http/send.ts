import type { ServerResponse } from 'node:http';
import type { Reply } from './message';

/** Sends an answer with the headers that go with it. */
export function sendReply(response: ServerResponse, reply: Reply, headers: Readonly<Record<string, string>>): void {
  const text = bodyText(reply);
  response.writeHead(reply.status, { ...headers, ...reply.headers, ...contentHeaders(reply, text) });
  response.end(text);
}

/** Sends the first half of an answer whose length was announced in full, then cuts the connection. */
export function sendTruncated(response: ServerResponse, reply: Reply, headers: Readonly<Record<string, string>>): void {
  const text = bodyText(reply) ?? '{"count": 1, "results": [';
  response.writeHead(reply.status, { ...headers, ...reply.headers, ...contentHeaders({ ...reply, body: '' }, text) });
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
}

function bodyText(reply: Reply): string | undefined {
  if (reply.html !== undefined) return reply.html;
  return reply.body === undefined ? undefined : JSON.stringify(reply.body);
}

function contentHeaders(reply: Reply, text: string | undefined): Record<string, string> {
  if (text === undefined) return reply.status === 204 ? {} : { 'Content-Length': '0' };
  return {
    'Content-Type': reply.html === undefined ? 'application/json' : 'text/html; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
  };
}
