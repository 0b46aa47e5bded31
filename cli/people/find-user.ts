import type { UserView } from '../../api/people/schema';
import { requireChoice } from '../choice';
import type { ApiClient } from '../connection/client';

export const listUsers = (api: ApiClient): Promise<UserView[]> => api.collect<UserView>('/users', {});

/**
 * By name, in any case, or by id.
 * @throws UsageError with the nearest name.
 */
export async function findUser(api: ApiClient, wanted: string): Promise<UserView> {
  const users = await listUsers(api);
  const text = wanted.toLowerCase();
  const found = users.find(({ id }) => id === text) ?? users.find(({ username }) => username.toLowerCase() === text);
  if (found !== undefined) return found;
  requireChoice(
    wanted,
    users.map(({ username }) => username),
    'user',
    'proxbox user list',
  );
  throw new Error('A user has two spellings.');
}
