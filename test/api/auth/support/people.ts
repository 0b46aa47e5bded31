import { randomUUID } from 'node:crypto';
import { hashPassword } from '../../../../api/auth/passwords';
import { mintToken } from '../../../../api/auth/tokens';
import { bindRole } from '../../../../database/repositories/people/role-bindings';
import { findRoleNamed } from '../../../../database/repositories/people/roles';
import { insertToken } from '../../../../database/repositories/people/tokens';
import { insertUser } from '../../../../database/repositories/people/users';
import type { Answer, ApiServer, AskOptions } from '../../support/api-server';

export interface Person {
  id: string;
  username: string;
  token: string;
  tokenId: string;
  /** Sends a request with the person's token. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
}

export interface PersonOptions {
  username?: string;
  /** Role names, or role name and endpoint id. */
  roles?: readonly (string | readonly [role: string, endpointId: string])[];
  password?: string;
  enabled?: boolean;
  token?: { permissions?: string[]; expiresAt?: Date; madeBy?: string | null };
}

/** A user with roles, and a token that they made. */
export async function addPerson(server: ApiServer, options: PersonOptions = {}): Promise<Person> {
  const { pool } = server.database;
  const id = randomUUID();
  const { username = `user-${id.slice(0, 8)}`, roles = [], enabled = true, password, token = {} } = options;
  const hash = password === undefined ? null : await hashPassword(password);
  await insertUser(pool, id, { username, displayName: '', email: null, enabled }, hash);
  for (const given of roles) {
    const [name, endpointId] = typeof given === 'string' ? [given, null] : given;
    const role = await findRoleNamed(pool, name);
    await bindRole(pool, { id: randomUUID(), userId: id, roleId: role?.id ?? '', endpointId });
  }
  const { madeBy = id, ...bounds } = token;
  const minted = mintToken({ userId: id, createdBy: madeBy, name: 'test', ...bounds });
  await insertToken(pool, minted.row);
  return { id, username, token: minted.secret, tokenId: minted.row.id, ask: askWith(server, minted.secret) };
}

export const askWith =
  (server: ApiServer, token: string): Person['ask'] =>
  (method, path, { headers, ...options } = {}) =>
    server.ask(method, path, { ...options, headers: { authorization: `Bearer ${token}`, ...headers } });
