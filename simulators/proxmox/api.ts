import { authenticate, carriesToken, type Credentials } from './auth';
import { Params, WithTotal, type Call } from './call';
import { sleep } from './clock';
import { ApiError, BareError, ParameterError, PermissionError } from './errors';
import { merge, normalise, parseBody, parseForm } from './request-body';
import { Router, type Match } from './router';
import { routes } from './all-routes';
import type { Simulation } from './simulation';
import { validateParameters } from './validate';

/** A request as the transport hands it over; `path` has no query and no `/api2/json`. */
export interface ApiRequest {
  method: string;
  path: string;
  query: string;
  contentType: string | undefined;
  body: Buffer;
  credentials: Credentials;
}

export interface ApiReply {
  status: number;
  message?: string;
  errors?: Record<string, string>;
  data?: unknown;
  total?: number;
  /** No JSON body: nothing, or plain text. */
  bare?: { text: string };
  /** Who called, once that is known. */
  identity?: string;
}

const LOGIN = 'POST /access/ticket';
const router = new Router(routes);

/** Answers one request: authentication, rights, proxying, validation, handler, in Proxmox's order. */
export async function answer(sim: Simulation, request: ApiRequest): Promise<ApiReply> {
  const call: Call = { sim, identity: '', params: new Params(new Map()) };
  try {
    sim.settle();
    const result = await run(call, request);
    const identity = { identity: call.identity };
    if (result instanceof WithTotal) return { status: 200, data: result.data, total: result.total, ...identity };
    return { status: 200, data: result ?? null, ...identity };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) await sleep(sim.timing.authFailure);
    return { ...replyTo(error), ...(call.identity === '' ? {} : { identity: call.identity }) };
  }
}

function replyTo(error: ApiError): ApiReply {
  const { status, message, errors } = error;
  if (error instanceof BareError) return { status, message, bare: { text: status === 595 || status === 596 ? '' : message } };
  if (status === 401 && error.constructor !== ApiError) return { status, message, bare: { text: '' } };
  return { status, message, ...(errors === undefined ? {} : { errors }) };
}

async function run(call: Call, request: ApiRequest): Promise<unknown> {
  const { sim } = call;
  const { method, path } = request;
  if (`${method} ${path}` === LOGIN) {
    if (carriesToken(request.credentials)) {
      throw new PermissionError(`URI '/access/ticket' not available with API token, need proper ticket.\n`);
    }
  } else {
    call.identity = authenticate(sim, request.credentials, method).identity;
  }
  const match = router.find(method, path);
  if (match === undefined) throw new ApiError(501, `Method '${method} ${path}' not implemented`);
  const raw = merge(match.path, parseForm(request.query), parseBody(request.contentType, request.body));
  const params = normalise(raw, match.schema);
  call.params = paramsOf(params);
  match.route.permission?.(call);
  const late = await reachNode(sim, match);
  const problems = validateParameters(params, match.schema);
  if (problems.size > 0) throw new ParameterError(Object.fromEntries(problems));
  const result = await match.route.handle(call);
  if (late) {
    await sleep(sim.timing.hang);
    throw new BareError(596, 'Connection timed out');
  }
  return result;
}

function paramsOf(values: Map<string, unknown>): Params {
  return new Params(new Map([...values].map(([key, value]) => [key, value === null ? null : String(value)])));
}

/**
 * Goes to the node of the path, and to its pvedaemon where the method needs it.
 *
 * @returns true when the work will be done but its answer comes too late
 * @throws ApiError 500 for an unknown node, BareError 595 or 596
 */
async function reachNode(sim: Simulation, match: Match): Promise<boolean> {
  const { cluster, timing } = sim;
  const name = match.path.get('node') ?? cluster.entryNode;
  const node = cluster.nodes.get(name);
  if (node === undefined) {
    const why = /^[a-zA-Z0-9.-]+$/.test(name) ? 'Temporary failure in name resolution' : 'Name or service not known';
    throw new ApiError(500, `hostname lookup '${name}' failed - failed to get address info for: ${name}: ${why}`);
  }
  if (name !== cluster.entryNode) {
    const reach = node.lostAt === undefined ? node.reach : 'no-route';
    if (reach === 'refused') throw new BareError(595, 'Connection refused');
    if (reach === 'no-route') {
      await sleep(timing.unreachable);
      throw new BareError(595, 'No route to host');
    }
    if (reach === 'hangs') {
      await sleep(timing.hang);
      throw new BareError(596, 'Connection timed out');
    }
  }
  if (!match.schema.protected || node.daemon === 'ok') return false;
  if (node.daemon === 'down') throw new BareError(595, 'Connection refused');
  return true;
}
