import {
  createServer as createHttp,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { answer } from './api';
import { sleep } from './clock';
import { ApiError } from './errors';
import type { Fault, Faults } from './faults';
import { render, replacement, send, truncate, type WireReply } from './reply';
import { parseBody, parseForm } from './request-body';
import type { LoggedRequest, RequestLog } from './request-log';
import type { Simulation } from './simulation';
import { hasTooManyHeaders, readBody, refuse, splitPath } from './transport';

/** What the server serves; a reset puts a new simulation into its place. */
export interface Served {
  sim: Simulation;
  log: RequestLog;
  faults: Faults;
}

export type ControlHandler = (message: IncomingMessage, response: ServerResponse, body: Buffer) => Promise<void>;

const IDLE_TIMEOUT = 5000;
const MAX_REQUESTS_PER_CONNECTION = 100;
const MAX_HEADER_BYTES = 8192;

export function createServer(served: Served, control: ControlHandler, tls: { key: string; cert: string } | undefined): Server {
  const listener: RequestListener = (message, response) => void serve(served, control, message, response);
  const options = { maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: IDLE_TIMEOUT };
  const server: Server = tls === undefined ? createHttp(options, listener) : createHttps({ ...options, ...tls }, listener);
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  server.on('clientError', refuseBrokenRequest);
  return server;
}

/** Too long headers end in silence, anything else that is no HTTP/1 in 506. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'HPE_HEADER_OVERFLOW' || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const text = 'http protocol version 2.0 not supported';
  socket.end(
    `HTTP/1.1 506 ${text}\r\nConnection: close\r\nServer: pve-api-daemon/3.0\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}

async function serve(served: Served, control: ControlHandler, message: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (message.url?.startsWith('/__sim') === true) {
      await control(message, response, await readBody(message));
    } else if (hasTooManyHeaders(message)) {
      message.socket.destroy();
    } else {
      await serveApi(served, message, response);
    }
  } catch (error) {
    if (response.headersSent || message.destroyed) response.destroy();
    else send(message, response, { status: 500, reason: 'simulator error', body: String(error) });
  }
}

async function serveApi(served: Served, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { sim } = served;
  let parts;
  try {
    refuse(message);
    parts = splitPath(message.url ?? '/');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // An unknown method gets no body, every other refusal repeats its reason there (Proxmox VE 9.2, measured).
    const body = error.message.startsWith('method ') ? '' : error.message;
    return send(message, response, { status: error.status, reason: error.message, body });
  }
  const body = await readBody(message);
  const method = message.method ?? 'GET';
  const { path, query } = parts;
  const contentType = message.headers['content-type'];
  const logged = served.log.add({ method, path, params: paramsForLog(query, contentType, body), at: sim.clock.now() });
  const fault = served.faults.meet(logged);
  if (fault?.when === 'before' && (await replace(fault, response, message, logged))) return;
  const reply = await answer(sim, {
    method,
    path,
    query,
    contentType,
    body,
    credentials: {
      authorization: message.headers.authorization,
      cookie: message.headers.cookie,
      csrf: header(message, 'csrfpreventiontoken'),
    },
  });
  logged.identity = reply.identity ?? null;
  const wire = render(reply, parts.formatter, sim.order);
  if (fault?.when === 'after' && (await replace(fault, response, message, logged, wire))) return;
  logged.status = wire.status;
  send(message, response, wire);
}

function header(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function paramsForLog(query: string, contentType: string | undefined, body: Buffer): Record<string, unknown> {
  try {
    return Object.fromEntries([...parseBody(contentType, body), ...parseForm(query)]);
  } catch {
    return {};
  }
}

/** Carries out a fault. @returns false when the request goes on as usual (a mere delay) */
async function replace(
  fault: Fault,
  response: ServerResponse,
  message: IncomingMessage,
  logged: LoggedRequest,
  wire?: WireReply,
): Promise<boolean> {
  const { action } = fault;
  if (action.kind === 'delay' || action.kind === 'hang') await sleep(action.ms);
  if (action.kind === 'delay') return false;
  if (action.kind === 'reset' || action.kind === 'hang') {
    message.socket.destroy();
    return true;
  }
  if (action.kind === 'truncate') {
    truncate(response, wire ?? { status: 200, reason: 'OK', body: '{"data":null}' });
    return true;
  }
  const reply = replacement(action);
  if (reply === undefined) return false;
  logged.status = reply.status;
  send(message, response, reply);
  return true;
}
