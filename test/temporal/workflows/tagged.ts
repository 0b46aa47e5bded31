import { upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes } from '../../../temporal/search-attributes';

/** Sets every search attribute, some at its start by its client and the others by itself. */
export async function tagged(expiresAt: string): Promise<void> {
  upsertSearchAttributes([
    { key: searchAttributes.state, value: 'waiting' },
    { key: searchAttributes.outcome, value: 'none' },
    { key: searchAttributes.changed, value: 3 },
    { key: searchAttributes.dryRun, value: true },
    { key: searchAttributes.expiresAt, value: new Date(expiresAt) },
  ]);
}
