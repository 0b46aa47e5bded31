import type { Pool } from 'pg';
import { inTransaction } from './queryable';
import { answerLinkAttempt } from './repositories/netbox-link-attempts';
import { linkNetBoxUser } from './repositories/people/users';

/**
 * Links a person with the NetBox user that they signed in as, and answers the attempt, both or neither.
 * @returns `late` when the attempt was answered already: whoever asked does not wait any more, and nothing is linked.
 */
export async function linkByProof(
  pool: Pick<Pool, 'connect'>,
  attemptId: string,
  userId: string,
  netboxUsername: string,
): Promise<'linked' | 'taken' | 'late'> {
  try {
    return await inTransaction(pool, async db => {
      if (!(await answerLinkAttempt(db, attemptId, { outcome: 'linked', message: netboxUsername }))) return 'late';
      await linkNetBoxUser(db, userId, netboxUsername);
      return 'linked';
    });
  } catch (error) {
    const constraint: unknown = error instanceof Error ? Reflect.get(error, 'constraint') : undefined;
    if (constraint === 'app_user_netbox_key') return 'taken';
    throw error;
  }
}
