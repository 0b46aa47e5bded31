import { listDeletions } from '../deletions/find-deletion';
import { guestText } from '../deletions/report';
import type { ApiClient } from '../connection/client';
import { CommandError } from '../errors';
import type { Check } from './check';

/** As many as are named. */
const MOST_NAMED = 5;
/** As many as are counted. */
const MOST = 100;

/** Whether our tag is still on guests whose deletion request has ended. */
export async function checkDeletions(api: ApiClient): Promise<Check[]> {
  const name = 'left on guests';
  try {
    const left = await listDeletions(api, { left: 'true', limit: MOST });
    if (left.length === 0) return [{ name, result: 'ok', detail: 'nothing of deletion requests that have ended' }];
    const named = left.slice(0, MOST_NAMED).map(guestText).join(', ');
    const more = left.length > MOST_NAMED ? `, and ${left.length - MOST_NAMED} more` : '';
    const detail = `the tag of a deletion request that has ended, and what a hold changed: ${named}${more}`;
    const next = 'It is taken off as soon as the endpoint allows writes and answers, and changes of guests are switched on.';
    return [{ name, result: 'warning', detail, next }];
  } catch (error) {
    // What is wrong with the token is said by another check.
    if (error instanceof CommandError) return [];
    throw error;
  }
}
