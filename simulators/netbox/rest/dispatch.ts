import { ApiError } from '../errors';
import type { ObjectType } from '../model/object-type';
import { jsonBody, type Reply, type Request } from '../http/message';
import { authenticate } from '../access/tokens';
import type { JsonObject } from '../json';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';
import { inBackground, wantsBackground } from './background';
import { changeObjects, createObjects, deleteObjects, listObjects, methodNotAllowed } from './collection';
import { describe } from './options';
import { Session, type WriteHooks } from './session';
import { changeObject, deleteObject, readObject } from './single';
import { directory, provision, status } from './system';

/** What the API needs of the simulator. */
export interface ApiHost extends WriteHooks {
  readonly version: NetBoxVersion;
  readonly plugins: JsonObject;
  /** The world that a request works in. */
  worldOf(request: Request): World;
  /** Routes that a plugin adds beside its models; undefined for all others. */
  answerPlugin(session: Session): Reply | undefined;
}

/** Answers a request below `/api/`. Throws `ApiError` for refusals. */
export function answerApi(host: ApiHost, request: Request, requestId: string): Reply {
  const world = host.worldOf(request);
  if (request.path === '/api/users/tokens/provision/') {
    if (request.method !== 'POST') throw methodNotAllowed(request.method);
    return provision(world, host.version, request, jsonBody(request));
  }
  const caller = authenticate(world, request.headers['authorization']);
  const session = new Session(world, host.version, request, requestId, caller, host);
  const system = answerSystem(host, session) ?? host.answerPlugin(session);
  if (system) return system;
  const { type, id } = findType(host, world, request.path);
  return id === null ? answerCollection(session, type) : answerSingle(session, type, id);
}

function answerSystem(host: ApiHost, session: Session): Reply | undefined {
  const { path, method, base } = session.request;
  const app = /^\/api\/(?:([a-z]+)\/)?$/.exec(path);
  const isRead = method === 'GET' || method === 'HEAD';
  if (path === '/api/status/' || path === '/api/authentication-check/') {
    if (!isRead) throw methodNotAllowed(method);
    if (path === '/api/status/') return status(host.version, host.plugins);
    return { status: 200, body: session.reader.show(session.world.type('users.user'), session.caller.user) };
  }
  if (!app) return undefined;
  const reply = directory(
    session.world.types.filter(type => (type.since ?? 0) <= host.version.minor),
    app[1] ?? null,
    base,
  );
  if (reply && !isRead) throw methodNotAllowed(method);
  return reply;
}

function findType(host: ApiHost, world: World, path: string): { type: ObjectType; id: number | null } {
  const match = /^\/api\/(.+?)\/(?:(\d+)\/)?$/.exec(path);
  const type = world.types.find(each => each.endpoint === match?.[1] && (each.since ?? 0) <= host.version.minor);
  if (type) return { type, id: match?.[2] === undefined ? null : Number(match[2]) };
  const parent = world.types.find(each => path.startsWith(`/api/${each.endpoint}/`));
  if (parent && /^[^/]+\/$/.test(path.slice(`/api/${parent.endpoint}/`.length)))
    throw new ApiError(404, { detail: 'Not found.' });
  throw new PageNotFound();
}

/** A path that NetBox's router does not know: 404 with an HTML page. */
export class PageNotFound extends Error {}

function answerCollection(session: Session, type: ObjectType): Reply {
  const { method } = session.request;
  if (method === 'GET' || method === 'HEAD') return listObjects(session, type);
  if (method === 'OPTIONS') return describe(session, type, true);
  if (type.readOnly || (type.isPlain && method !== 'POST')) throw methodNotAllowed(method);
  const body = jsonBody(session.request);
  const work = (): Reply => {
    switch (method) {
      case 'POST':
        return createObjects(session, type, body);
      case 'PUT':
        return changeObjects(session, type, body, 'replace');
      case 'PATCH':
        return changeObjects(session, type, body, 'patch');
      case 'DELETE':
        return deleteObjects(session, type, body);
      default:
        throw methodNotAllowed(method);
    }
  };
  return wantsBackground(session, Array.isArray(body)) ? inBackground(session, type, work) : work();
}

function answerSingle(session: Session, type: ObjectType, id: number): Reply {
  const { method } = session.request;
  if (method === 'GET' || method === 'HEAD') return readObject(session, type, id);
  if (method === 'OPTIONS') return describe(session, type, false);
  if (type.readOnly) throw methodNotAllowed(method);
  switch (method) {
    case 'PUT':
      return changeObject(session, type, id, jsonBody(session.request), 'replace');
    case 'PATCH':
      return changeObject(session, type, id, jsonBody(session.request), 'patch');
    case 'DELETE':
      return deleteObject(session, type, id, jsonBody(session.request));
    default:
      throw methodNotAllowed(method);
  }
}
