import type { Json, JsonObject } from '../json';
import { isObject } from '../json';
import { jsonBody, type Reply, type Request } from '../http/message';
import type { NewUser, PermissionSpec, Simulator } from '../simulator';
import type { Action } from '../access/permissions';
import { branchingRoutes } from '../branching/control';
import type { FaultSpec } from './faults';
import type { RefuseRule } from './refusals';

const ACTIONS: readonly Action[] = ['view', 'add', 'change', 'delete', 'sync', 'merge', 'revert', 'archive'];

export type Handler = (simulator: Simulator, body: JsonObject, request: Request) => Json;

/** The control interface below `/__sim/`, for tests and demos in other processes. It asks for no token. */
const ROUTES: Readonly<Record<string, Handler>> = {
  'GET requests': (simulator, _body, request) => {
    const from = Number(request.query.get('from') ?? 1);
    return simulator.log.list().flatMap((entry): JsonObject[] => (entry.n >= from ? [{ ...entry }] : []));
  },
  'DELETE requests': simulator => done(() => simulator.log.clear()),
  'GET faults': simulator => simulator.faults.list().map(fault => ({ ...fault, spec: asJson(fault.spec) })),
  'POST faults': (simulator, body) => ({ id: simulator.faults.add(readFault(body)) }),
  'DELETE faults': simulator => done(() => simulator.faults.clear()),
  'GET refusals': simulator => simulator.refusals.list().map(rule => asJson(rule)),
  'POST refusals': (simulator, body) => done(() => simulator.refusals.add(readRefusal(body))),
  'DELETE refusals': simulator => done(() => simulator.refusals.clear()),
  'POST snapshot': simulator => ({ id: simulator.snapshot() }),
  'POST restore': (simulator, body) => done(() => simulator.restore(text(body, 'id'))),
  'POST reset': simulator => done(() => simulator.reset()),
  'GET dump': simulator => simulator.dump(),
  'GET version': simulator => ({ version: simulator.version.full }),
  'POST version': (simulator, body) => {
    simulator.setVersion(text(body, 'version'));
    return { version: simulator.version.full };
  },
  'POST users': (simulator, body) => ({ token: simulator.createUser(readUser(body)) }),
  'POST permissions': (simulator, body) =>
    done(() => simulator.restrict(text(body, 'token'), readPermissions(body['permissions']))),
  ...branchingRoutes,
};

/** Answers a control request; a wrong one is a 400 that says why. */
export function answerControl(simulator: Simulator, request: Request): Reply {
  const name = request.path.replace(/^\/__sim\//, '').replace(/\/$/, '');
  const handler = ROUTES[`${request.method} ${name}`];
  if (!handler) return { status: 404, body: { error: 'No such control route', routes: Object.keys(ROUTES) } };
  try {
    const body = request.bodyText === '' ? {} : jsonBody({ ...request, headers: { 'content-type': 'application/json' } });
    return { status: 200, body: handler(simulator, isObject(body) ? body : {}, request) };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}

function done(action: () => void): Json {
  action();
  return { done: true };
}

function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function text(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new Error(`"${name}" must be a text`);
  return value;
}

function readFault(body: JsonObject): FaultSpec {
  const { match, when, action } = body;
  const kinds = ['status', 'reset', 'hang', 'delay', 'html', 'truncate'];
  if (!isObject(action) || !kinds.includes(String(action['kind'])))
    throw new Error(`"action.kind" must be one of ${kinds.join(', ')}`);
  if (when !== 'before' && when !== 'after') throw new Error('"when" must be "before" or "after"');
  if (match !== undefined && !isObject(match)) throw new Error('"match" must be an object');
  return { match: match ?? {}, when, action: action as FaultSpec['action'] };
}

function readRefusal(body: JsonObject): RefuseRule {
  const optional = (name: string): JsonObject => (typeof body[name] === 'string' ? { [name]: body[name] } : {});
  return { namePattern: text(body, 'namePattern'), ...optional('objectType'), ...optional('field'), ...optional('message') };
}

function readUser(body: JsonObject): NewUser {
  return {
    username: text(body, 'username'),
    superuser: body['superuser'] === true,
    writeEnabled: body['writeEnabled'] !== false,
    tokenVersion: body['tokenVersion'] === 1 ? 1 : 2,
    permissions: readPermissions(body['permissions'] ?? []),
  };
}

function readPermissions(value: Json | undefined): PermissionSpec[] {
  if (!Array.isArray(value)) throw new Error('"permissions" must be a list');
  return value.map(each => {
    if (!isObject(each) || !Array.isArray(each['actions'])) throw new Error('A permission needs "actions"');
    const types = each['objectTypes'];
    return {
      actions: each['actions'].flatMap(action => ACTIONS.find(known => known === action) ?? []),
      ...(Array.isArray(types) && { objectTypes: types.map(String) }),
      ...(each['constraints'] !== undefined && { constraints: each['constraints'] }),
    };
  });
}
