import type { ReflectionStore } from '../../database/reflection-store';
import type { RunRecord } from '../../database/repositories/run-records';
import { endOfFullSync, type EndpointRun } from '../../domain/full-sync-end';

type Store = Pick<ReflectionStore, 'listChildren' | 'listConfirmed' | 'listWaitingFullSyncs' | 'settleWaiting'>;

export const asEndpointRun = (run: RunRecord & { endpointName: string | null }): EndpointRun => ({
  state: run.state,
  reason: run.reason,
  message: run.message,
  name: run.endpointName ?? run.endpointId ?? run.id,
});

/**
 * A run that waited for a person ends as the run that was started by the confirmation did, and the full sync that it belongs to follows. One
 * whose confirming run waits for a person itself goes on waiting.
 * @returns how many runs wait no more.
 */
export async function followConfirmations(store: Store): Promise<number> {
  let settled = 0;
  for (const { id, confirmedBy, by } of await store.listConfirmed()) {
    const message = `${confirmedBy} confirmed the plan. Run ${by.id} did it, and ended ${by.state}.`;
    if (await store.settleWaiting(id, { state: by.state, message, ...(by.reason && { reason: by.reason }) })) settled++;
  }
  for (const id of await store.listWaitingFullSyncs()) {
    const end = endOfFullSync((await store.listChildren(id)).map(asEndpointRun));
    if (end.state !== 'awaiting_confirmation' && (await store.settleWaiting(id, end))) settled++;
  }
  return settled;
}
