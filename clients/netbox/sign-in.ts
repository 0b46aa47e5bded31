import type { TlsPolicy } from '../http/tls-connector';
import { createAdaptiveLimiter } from '../limiter/adaptive-limiter';
import {
  NetBoxPermissionError,
  NetBoxResponseError,
  NetBoxSignInError,
  NetBoxUnavailableError,
  NetBoxUnknownOutcomeError,
  NetBoxValidationError,
} from './errors';
import { errorOf } from './classify';
import { isRecord } from './field-errors';
import { authorizationHeader } from './token';
import { createTransport, type Transport } from './transport';
import { whoIs } from './who-is';
import { createWire } from './wire';

export interface NetBoxLogin {
  readonly username: string;
  readonly password: string;
}

export interface NetBoxSignInOptions {
  readonly baseUrl: string;
  readonly tls: TlsPolicy;
  readonly timeoutMs: number;
}

/** Who signed in, as NetBox calls them. */
export interface SignedIn {
  readonly username: string;
  /** False when NetBox would not delete the token that signing in made: it ends by itself within minutes. */
  readonly tokenDeleted: boolean;
}

/** Longer than the requests that are made with it. */
const TOKEN_LIFE_MS = 5 * 60_000;

/**
 * Signs in at NetBox and out again: `/api/users/tokens/provision/` gives a token, which is asked whose it is, and deleted whatever came of it.
 * @throws NetBoxSignInError, and NetBoxError when NetBox cannot be asked.
 */
export async function signInToNetBox(options: NetBoxSignInOptions, login: NetBoxLogin): Promise<SignedIn> {
  const token = await withTransport(options, undefined, transport => provision(transport, login));
  return withTransport(options, token.authorization, async transport => {
    let username: string;
    let tokenDeleted = false;
    try {
      username = await whoIs(transport);
    } finally {
      tokenDeleted = await deleteToken(transport, token.id);
    }
    return { username, tokenDeleted };
  });
}

async function withTransport<T>(
  { baseUrl, tls, timeoutMs }: NetBoxSignInOptions,
  authorization: string | undefined,
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const wire = createWire({ baseUrl: new URL(baseUrl), authorization, tls, timeoutMs });
  const limiter = createAdaptiveLimiter({ ceiling: 1 });
  try {
    return await work(createTransport({ wire, limiter, attempts: 2, retryDelayMs: 250 }));
  } finally {
    await wire.close();
  }
}

/** Answered 403 `Invalid username/password` (4.5 to 4.7), or 400 for what is no login at all. The token is of whichever version NetBox makes. */
async function provision(transport: Transport, login: NetBoxLogin): Promise<{ id: number; authorization: string }> {
  const expires = new Date(Date.now() + TOKEN_LIFE_MS).toISOString();
  const body = { ...login, expires, description: 'proxbox: proof of who signed in' };
  const answer = await transport.write({ method: 'POST', path: 'users/tokens/provision', body }).catch(withoutBody);
  if (answer.status >= 300) {
    const error = errorOf(answer);
    const refused = error instanceof NetBoxPermissionError || error instanceof NetBoxValidationError;
    throw refused ? new NetBoxSignInError('NetBox knows no active user with this name and password', answer.request) : error;
  }
  const { id, version, key, token } = isRecord(answer.body) ? answer.body : {};
  if (typeof id !== 'number' || typeof token !== 'string')
    throw new NetBoxResponseError('the answer is not that of a sign-in', answer.request);
  return { id, authorization: authorizationHeader(version === 2 ? `nbt_${String(key)}.${token}` : token) };
}

/** An error that keeps what was sent would keep the password. */
function withoutBody(error: unknown): never {
  if (!(error instanceof NetBoxUnknownOutcomeError)) throw error;
  throw new NetBoxUnavailableError('NetBox gave no answer to the sign-in', undefined, error.request);
}

async function deleteToken(transport: Transport, id: number): Promise<boolean> {
  try {
    const { status } = await transport.write({ method: 'DELETE', path: `users/tokens/${id}` });
    return status < 300 || status === 404;
  } catch {
    return false;
  }
}
