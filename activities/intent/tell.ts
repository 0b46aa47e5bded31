import type { ChangeState, StoredGuestChange } from '../../database/repositories/intent/changes';
import type { IntentDeps } from './deps';

/** Tells whoever watches the run how a guest's change stands; each state once. */
export async function tellChange(
  { store }: Pick<IntentDeps, 'store'>,
  change: Pick<StoredGuestChange, 'id' | 'runId' | 'seq' | 'name' | 'kind' | 'vmid' | 'op' | 'planId'>,
  state: ChangeState,
  message = '',
): Promise<void> {
  if (change.runId === null) return;
  const total = Object.values(await store.countGuestChanges(change.planId)).reduce((sum, count) => sum + count, 0);
  await store.appendRunEvent(change.runId, {
    event: 'item_progress',
    once: `${change.id} ${state}`,
    data: {
      phase: 'apply',
      item: { name: change.name, type: change.kind, vmid: change.vmid },
      operation: change.op,
      status: state,
      message: `${change.name}: ${state.replaceAll('_', ' ')}${message === '' ? '' : `. ${message}`}`,
      progress: { current: change.seq + 1, total, percent: Math.floor(((change.seq + 1) / Math.max(total, 1)) * 100) },
    },
  });
}
