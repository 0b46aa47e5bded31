import { randomBytes } from 'node:crypto';
import type { NetBoxUnderTest } from './netbox';

/** What a person may do: object types, actions, and the Django filter that their objects must match. */
export interface Grant {
  readonly types: readonly string[];
  readonly actions: readonly ('view' | 'add' | 'change' | 'delete')[];
  readonly constraints?: object;
}

/** A new user with exactly these permissions. */
export async function makePerson(netbox: NetBoxUnderTest, grants: readonly Grant[]): Promise<{ readonly id: number }> {
  const name = netbox.unique('user');
  const user = await netbox.make('users/users', { username: name, password: `Aa1-${randomBytes(12).toString('hex')}` });
  for (const { types, actions, constraints = null } of grants) {
    await netbox.make('users/permissions', {
      name: netbox.unique('grant'),
      object_types: types,
      actions,
      constraints,
      users: [user.id],
    });
  }
  return user;
}

/** The whole Authorization header of a new token. */
export async function makeToken(
  netbox: NetBoxUnderTest,
  user: { id: number },
  values: { version?: 1 | 2; write_enabled?: boolean } = {},
): Promise<string> {
  const { version, key, token } = await netbox.make('users/tokens', { user: user.id, ...values });
  return version === 1 ? `Token ${String(token)}` : `Bearer nbt_${String(key)}.${String(token)}`;
}
