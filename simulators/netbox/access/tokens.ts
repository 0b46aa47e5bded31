import { randomBytes } from 'node:crypto';
import type { Json } from '../json';
import { ApiError } from '../errors';
import type { Draft } from '../model/object-type';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function randomText(length: number): string {
  return [...randomBytes(length)].map(byte => ALPHABET[byte % ALPHABET.length]).join('');
}

/** Gives a token that is about to be stored its key (version 2) and secret. */
export function giveSecret(draft: Draft): void {
  if (draft.before) return;
  draft.values['secret'] ??= randomText(40);
  draft.values['key'] ??= draft.values['version'] === 2 ? randomText(12) : '';
}

/** The Authorization header of a token. */
export function headerOf(token: Row): string {
  const secret = textOf(token, 'secret');
  return valueOf(token, 'version') === 2 ? `Bearer nbt_${textOf(token, 'key')}.${secret}` : `Token ${secret}`;
}

/** Who sends a request, and whether the token may write. */
export interface Caller {
  readonly user: Row;
  readonly mayWrite: boolean;
}

function denied(detail: string): ApiError {
  return new ApiError(403, { detail });
}

/** Reads an Authorization header. NetBox answers 403, never 401, and decides the version by the `nbt_` prefix. */
export function authenticate(world: World, header: string | undefined): Caller {
  const [scheme = '', credential, ...rest] = (header ?? '').split(' ');
  if (!['token', 'bearer'].includes(scheme.toLowerCase())) throw denied('Authentication credentials were not provided.');
  if (credential === undefined || rest.length > 0) {
    throw denied('Invalid authorization header: Must be in the form "Bearer <key>.<token>" or "Token <token>"');
  }
  const token = findToken(world, credential);
  if (!token) throw denied(credential.startsWith('nbt_') ? 'Invalid v2 token' : 'Invalid v1 token');
  if (valueOf(token, 'enabled') === false) throw denied('Token disabled');
  const expires = valueOf(token, 'expires');
  if (typeof expires === 'string' && Date.parse(expires) <= Date.now()) throw denied('Token expired');
  const user = world.get('users.user', idOf(token, 'user'));
  if (!user || valueOf(user, 'is_active') === false) throw denied('User inactive');
  return { user, mayWrite: valueOf(token, 'write_enabled') !== false };
}

function findToken(world: World, credential: string): Row | undefined {
  const tokens = [...world.table('users.token').rows()];
  if (!credential.startsWith('nbt_')) {
    return tokens.find(token => valueOf(token, 'version') === 1 && textOf(token, 'secret') === credential);
  }
  const [key, secret] = credential.slice(4).split('.');
  if (secret === undefined) {
    throw denied(
      "Invalid authorization header: Could not parse key from v2 token. Did you mean to use 'Token' instead of 'Bearer'?",
    );
  }
  return tokens.find(
    token => valueOf(token, 'version') === 2 && textOf(token, 'key') === key && textOf(token, 'secret') === secret,
  );
}

/** Settings of a user that the simulator makes. */
interface UserSpec {
  readonly username: string;
  readonly password?: string;
  readonly superuser?: boolean;
}

export function makeUser(world: World, spec: UserSpec): Row {
  const { username, password = username, superuser = false } = spec;
  const values: Record<string, Json> = { username, password, is_superuser: superuser, is_active: true, email: '' };
  return store(world, 'users.user', { ...values, first_name: '', last_name: '' });
}

/** Makes a token with a given or a random secret. */
export function makeToken(
  world: World,
  user: Row,
  version: 1 | 2,
  secret?: { key: string; secret: string },
  writeEnabled = true,
): Row {
  const values: Record<string, Json> = {
    version,
    user: user.id,
    description: '',
    enabled: true,
    write_enabled: writeEnabled,
    key: version === 2 ? (secret?.key ?? randomText(12)) : '',
    secret: secret?.secret ?? randomText(40),
  };
  return store(world, 'users.token', { ...values, expires: null, last_used: null, allowed_ips: null });
}

export function store(world: World, key: string, values: Record<string, Json>): Row {
  const now = world.now();
  const row: Row = { id: world.nextId(key), created: now, lastUpdated: now, values, tags: [], customFields: {} };
  world.put(key, row);
  return row;
}

/** Reads a whole Authorization header into the parts of a token; throws when it is none. */
export function parseHeader(header: string): { version: 1 | 2; key: string; secret: string } {
  const v2 = /^(?:Bearer|Token) nbt_([^.\s]+)\.(\S+)$/.exec(header);
  if (v2) return { version: 2, key: v2[1] ?? '', secret: v2[2] ?? '' };
  const v1 = /^(?:Bearer|Token) (\S+)$/.exec(header);
  if (v1) return { version: 1, key: '', secret: v1[1] ?? '' };
  throw new Error('A token is given as a whole Authorization header: "Token <secret>" or "Bearer nbt_<key>.<secret>"');
}
