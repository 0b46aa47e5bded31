import { ApiError } from '../errors';
import { isObject, type Json, type JsonObject } from '../json';
import type { ObjectType } from '../model/object-type';
import type { Reply, Request } from '../http/message';
import { makeToken } from '../access/tokens';
import { textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';
import { Reader } from '../read/reader';
import { showToken } from './token-answer';

/** `/api/status/`. */
export function status(version: NetBoxVersion, plugins: JsonObject): Reply {
  return {
    status: 200,
    body: {
      'django-version': '6.1.2',
      hostname: 'netbox-simulator',
      installed_apps: { rest_framework: '3.18.0', django_filters: '26.2' },
      'netbox-version': version.full,
      'netbox-full-version': version.full,
      plugins,
      'python-version': '3.13.5',
      'rq-workers-running': 1,
    },
  };
}

/** `/api/` and `/api/<app>/`: what there is below. Undefined for apps that do not exist. */
export function directory(types: readonly ObjectType[], app: string | null, base: string): Reply | undefined {
  if (app === null) {
    const apps = new Set(types.map(type => type.endpoint.split('/')[0] ?? ''));
    const entries = [...apps, 'plugins', 'status'].sort().map((name): [string, Json] => [name, `${base}/api/${name}/`]);
    return { status: 200, body: Object.fromEntries(entries) };
  }
  const below = types.filter(type => type.endpoint.startsWith(`${app}/`)).map(type => type.endpoint.slice(app.length + 1));
  if (below.length === 0) return undefined;
  return {
    status: 200,
    body: Object.fromEntries(below.sort().map((name): [string, Json] => [name, `${base}/api/${app}/${name}/`])),
  };
}

/** `POST /api/users/tokens/provision/`: a token for a user name and password, without authentication. */
export function provision(world: World, version: NetBoxVersion, request: Request, body: Json | undefined): Reply {
  const input = isObject(body) ? body : {};
  const [user] = world.table('users.user').find('username', String(input['username'] ?? ''));
  const known = user && valueOf(user, 'is_active') !== false && textOf(user, 'password') === String(input['password'] ?? '');
  if (!known) throw new ApiError(403, { detail: 'Invalid username/password' });
  const token = world.transaction(() => makeToken(world, user, input['version'] === 1 ? 1 : 2));
  return { status: 201, body: showToken(new Reader(world, version, request.base), token) };
}
