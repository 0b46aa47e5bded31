import type { ServerResponse } from 'node:http';
import { ApiError, TextRefusal } from '../errors';
import { answerApi, PageNotFound } from '../rest/dispatch';
import { authenticate } from '../access/tokens';
import { isObject, type Json } from '../json';
import type { FaultAction } from '../control/faults';
import type { Simulator } from '../simulator';
import { textOf } from '../store/row';
import { errorPage } from '../pages/html';
import type { Reply, Request } from './message';
import { sendReply, sendTruncated } from './send';

interface Exchange {
  readonly simulator: Simulator;
  readonly request: Request;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Waits as long as so many written objects take. */
  readonly spend: (items: number) => Promise<void>;
}

/** Answers an API request, unless a fault stands in its way, and writes it into the log. */
export async function answerWithFaults(exchange: Exchange): Promise<void> {
  const { simulator, request, response } = exchange;
  const n = simulator.log.next();
  const user = callerName(simulator, request);
  const fault = simulator.faults.meet(request);
  const standIn = fault?.when === 'before' && fault.action.kind !== 'delay' ? blank(fault.action) : undefined;
  if (fault?.when === 'before' && fault.action.kind === 'delay') await sleep(fault.action.ms);
  const reply = standIn ?? answer(exchange);
  const items = countItems(request, reply);
  if (!standIn && isWrite(request)) await exchange.spend(items);
  const action = fault && (fault.when === 'after' || standIn) ? fault.action : undefined;
  const sent = action?.kind === 'status' || action?.kind === 'html' ? replaced(action) : reply;
  simulator.log.add({ n, ...described(request), status: cuts(action) ? 0 : sent.status, items, ...(user && { user }) });
  const headers = { 'API-Version': simulator.version.api, 'X-Request-ID': exchange.requestId };
  await deliver(response, sent, headers, action);
}

function described(request: Request): { method: string; path: string; query: string } {
  return { method: request.method, path: request.path, query: request.queryText };
}

function isWrite(request: Request): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS';
}

function cuts(action: FaultAction | undefined): boolean {
  return action?.kind === 'reset' || action?.kind === 'hang' || action?.kind === 'truncate';
}

function answer({ simulator, request, requestId }: Exchange): Reply {
  const redirect = missingSlash(request);
  if (redirect) return redirect;
  try {
    return answerApi(simulator, request, requestId);
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body, headers: error.headers };
    if (error instanceof TextRefusal) return { status: error.status, html: error.text };
    if (error instanceof PageNotFound) return { status: 404, html: errorPage('Page Not Found') };
    throw error;
  }
}

/** Without the slash at the end, reads are redirected and writes find nothing. */
function missingSlash(request: Request): Reply | undefined {
  if (request.path.endsWith('/')) return undefined;
  if (isWrite(request)) return { status: 404, html: errorPage('Page Not Found') };
  const query = request.queryText === '' ? '' : `?${request.queryText}`;
  return { status: 301, headers: { Location: `${request.path}/${query}` } };
}

function callerName(simulator: Simulator, request: Request): string | undefined {
  try {
    return textOf(authenticate(simulator.world, request.headers['authorization']).user, 'username');
  } catch {
    return undefined;
  }
}

/** Objects in the request's list, else in the answer's list, else one for a single object. */
function countItems(request: Request, reply: Reply): number {
  const { body } = reply;
  if (isWrite(request)) return Math.max(1, listLength(request.bodyText));
  if (isObject(body) && Array.isArray(body['results'])) return body['results'].length;
  return body === undefined ? 0 : 1;
}

function listLength(text: string): number {
  if (!text.trimStart().startsWith('[')) return 0;
  try {
    const list = JSON.parse(text) as Json;
    return Array.isArray(list) ? list.length : 0;
  } catch {
    return 0;
  }
}

/** What a request without effect would answer before its fault is applied. */
function blank(action: FaultAction): Reply {
  return action.kind === 'status' || action.kind === 'html' ? replaced(action) : { status: 200, body: {} };
}

function replaced(action: FaultAction & { kind: 'status' | 'html' }): Reply {
  if (action.kind === 'html') return { status: 502, html: errorPage('Bad Gateway') };
  return {
    status: action.status,
    ...(action.body !== undefined && { body: action.body }),
    ...(action.headers && { headers: action.headers }),
  };
}

async function deliver(
  response: ServerResponse,
  reply: Reply,
  headers: Readonly<Record<string, string>>,
  action: FaultAction | undefined,
): Promise<void> {
  switch (action?.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      await sleep(action.ms);
      response.destroy();
      return;
    case 'truncate':
      sendTruncated(response, reply, headers);
      return;
    case 'delay':
      await sleep(action.ms);
      sendReply(response, reply, headers);
      return;
    default:
      sendReply(response, reply, headers);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
