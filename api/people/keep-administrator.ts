import { inTransaction, type Queryable } from '../../database/queryable';
import { countAdministrators, lockAdministrators } from '../../database/repositories/people/role-bindings';
import type { ApiDatabase } from '../dependencies';
import { Problem } from '../errors';

/**
 * Makes a change that may take rights away from an administrator, in one transaction. Of two such changes one waits for the other.
 * @throws Problem `last-administrator`, and nothing is changed, when no enabled administrator would be left.
 */
export function keepingAnAdministrator<T>(database: ApiDatabase, change: (db: Queryable) => Promise<T>): Promise<T> {
  return inTransaction(database, async db => {
    await lockAdministrators(db);
    const before = await countAdministrators(db);
    const result = await change(db);
    if (before > 0 && (await countAdministrators(db)) === 0) {
      throw new Problem('last-administrator', 'This is the last enabled administrator. Make somebody else one first.');
    }
    return result;
  });
}
