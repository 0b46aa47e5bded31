import { randomUUID } from 'node:crypto';
import { mintToken } from '../../../../api/auth/tokens';
import { insertToken } from '../../../../database/repositories/people/tokens';
import type { Permission } from '../../../../domain/people/permissions';
import { proxbox, type Outcome } from '../../../cli/support/proxbox';
import { userPassword, Visitor } from '../../../pages/support/visitor';
import type { SyncWorld } from '../../../support/sync-world';

/** Somebody who uses pages, API and command. */
export interface Person {
  id: string;
  name: string;
  visitor: Visitor;
  /** With a token of their own. */
  api<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: T; etag: string }>;
  /** `proxbox deletion …`. */
  command(...args: string[]): Promise<Outcome>;
}

/** A new user with these permissions everywhere. */
export async function personIn(world: SyncWorld, name: string, ...permissions: Permission[]): Promise<Person> {
  const { id } = await world.api<{ id: string }>('POST', '/users', { username: name, password: userPassword });
  const role = `role of ${name} ${randomUUID().slice(0, 8)}`;
  await world.api('POST', '/roles', { name: role, permissions });
  await world.api('POST', `/users/${id}/roles`, { role });
  const { secret, row } = mintToken({ userId: id, createdBy: id, name: 'test' });
  await insertToken(world.database.pool, row);
  return {
    id,
    name,
    visitor: await new Visitor(world.url).signIn(name, userPassword),
    async api<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${world.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${secret}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as T, etag: response.headers.get('etag') ?? '' };
    },
    command: (...args) => proxbox(['deletion', ...args], { env: { PROXBOX_URL: world.url, PROXBOX_TOKEN: secret } }),
  };
}
