import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError, AuthError } from './errors';
import type { Simulation } from './simulation';

const TICKET_LIFETIME = 2 * 3600;

/** The headers that carry a credential. */
export interface Credentials {
  authorization?: string | undefined;
  cookie?: string | undefined;
  csrf?: string | undefined;
}

/** Who calls. `ticket` says that a write needs a CSRF token. */
export interface Caller {
  identity: string;
  ticket?: string;
}

/** Proxmox VE 9.2: the scheme is case-sensitive, `=` or a blank follows it, the value ends at `;`. @throws AuthError */
export function authenticate(sim: Simulation, credentials: Credentials, method: string): Caller {
  const token = /^PVEAPIToken[= ]([^;]*)/.exec(credentials.authorization ?? '')?.[1];
  if (token !== undefined) return { identity: verifyToken(sim, decode(token)) };
  const ticket = /(?:^|;\s*)PVEAuthCookie=([^;]*)/.exec(credentials.cookie ?? '')?.[1];
  if (ticket === undefined) throw new AuthError('No ticket');
  const identity = verifyTicket(sim, decode(ticket));
  if (method !== 'GET' && credentials.csrf !== csrfFor(sim, identity)) {
    throw new AuthError('Permission denied - invalid csrf token');
  }
  return { identity, ticket };
}

/** Whether a request tries to log in with a token. */
export function carriesToken(credentials: Credentials): boolean {
  return /^PVEAPIToken[= ]/.test(credentials.authorization ?? '');
}

function verifyToken(sim: Simulation, text: string): string {
  const match = /^([^\s:/]+@[^\s:/!]+)!([^\s=]+)=(.+)$/.exec(text);
  const user = sim.access.users.get(match?.[1] ?? '');
  const token = user?.tokens.get(match?.[2] ?? '');
  const now = sim.clock.seconds();
  if (user === undefined || token === undefined || user.enable === 0 || isOver(user.expire, now) || isOver(token.expire, now)) {
    throw new AuthError('Authentication failed!');
  }
  if (!sameText(token.secret, match?.[3] ?? '')) throw new AuthError('Authentication failed!');
  return `${match?.[1]}!${match?.[2]}`;
}

/** `POST /access/ticket`. @throws ApiError 401 with a body */
export function logIn(sim: Simulation, username: string, password: string): { ticket: string; csrf: string } {
  const user = sim.access.users.get(username);
  const allowed = user !== undefined && user.enable === 1 && !isOver(user.expire, sim.clock.seconds());
  if (!allowed || user.password === undefined || !sameText(user.password, password)) {
    if (!(password.startsWith('PVE:') && isOwnTicket(sim, username, password))) throw new ApiError(401, 'authentication failure');
  }
  const stamp = sim.clock.seconds().toString(16).toUpperCase().padStart(8, '0');
  const plain = `PVE:${username}:${stamp}`;
  return { ticket: `${plain}::${sign(sim, plain)}`, csrf: csrfFor(sim, username) };
}

/** A valid ticket may be given as the password: that renews it. */
function isOwnTicket(sim: Simulation, username: string, ticket: string): boolean {
  try {
    return verifyTicket(sim, ticket) === username;
  } catch {
    return false;
  }
}

function verifyTicket(sim: Simulation, ticket: string): string {
  const match = /^(PVE:([^:]+):([0-9A-F]{8}))::(.+)$/.exec(ticket);
  const [, plain = '', username = '', stamp = '', signature = ''] = match ?? [];
  const age = sim.clock.seconds() - Number.parseInt(stamp, 16);
  const user = sim.access.users.get(username);
  if (user?.enable !== 1 || age > TICKET_LIFETIME || age < -300 || !sameText(sign(sim, plain), signature)) {
    throw new AuthError('Authentication failed!');
  }
  return username;
}

function csrfFor(sim: Simulation, username: string): string {
  return `00000000:${sign(sim, `csrf:${username}`)}`;
}

function sign(sim: Simulation, text: string): string {
  return createHmac('sha256', sim.ticketKey).update(text).digest('base64url');
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

function isOver(expire: number, now: number): boolean {
  return expire !== 0 && expire <= now;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
