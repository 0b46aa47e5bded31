import type { ChangeState, StoredGuestChange } from '../../database/repositories/intent/changes';
import { digestedPlan } from '../../domain/intent/digest';
import { canonicalJson } from '../../domain/json';
import type { IntentDeps } from './deps';

/** Has it run, unless another change of the guest does, or made it. */
export async function takeUp(deps: IntentDeps, change: StoredGuestChange): Promise<ChangeState | 'busy'> {
  const { store } = deps;
  const { id, op, endpointId, netboxId } = change;
  try {
    if (op !== 'create' || netboxId === null) return await run(store, id);
    return await store.withLock(`intent birth ${endpointId ?? ''} ${netboxId}`, async () => {
      const other = await store.findOtherBirth(id);
      if (!other) return run(store, id);
      return other.state === 'running' ? 'busy' : leaveBorn(store, change, other);
    });
  } catch (error) {
    if (isTaken(error)) return 'busy';
    throw error;
  }
}

async function run(store: IntentDeps['store'], id: string): Promise<ChangeState> {
  if (await store.moveGuestChange(id, { from: ['queued'], to: 'running' })) return 'running';
  return (await store.findGuestChange(id))?.state ?? 'refused';
}

/** A guest is born once: what was planned before it was there is there already, or is to be planned as an update of it. */
async function leaveBorn(store: IntentDeps['store'], change: StoredGuestChange, other: StoredGuestChange): Promise<ChangeState> {
  const made = `The guest was made meanwhile as ${other.kind}/${other.vmid ?? ''}, by run ${other.runId ?? ''}`;
  const isSame = other.state === 'applied' && shownOf(change) === shownOf(other);
  const end = isSame
    ? ({ to: 'unchanged', message: `${made}: nothing was sent.` } as const)
    : ({ to: 'refused', reason: 'guest_exists', message: `${made}. Plan again: what it lacks is an update.` } as const);
  await store.moveGuestChange(change.id, { from: ['queued'], ...end });
  await store.releaseHold(change.id, isSame ? 'equal' : 'superseded');
  return end.to;
}

const shownOf = ({ plan }: StoredGuestChange): string => canonicalJson(digestedPlan(plan === null ? [] : [plan]));

const isTaken = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'constraint' in error && error.constraint === 'guest_change_running';
