import type { Endpoint } from '../../database/repositories/endpoints';
import type { StoredGuestChange } from '../../database/repositories/intent/changes';
import type { StoredCall } from '../../database/repositories/intent/calls';
import type { GuestPlan, PlannedCall } from '../../domain/intent/plan/guest-plan';
import type { SettleBounds } from '../../domain/intent/settle';
import { StopRun } from '../failures';
import type { IntentDeps, IntentReader, IntentWriter } from './deps';

/** What an attempt of an activity gives its work. */
export interface WorkParts {
  beat: (what: string) => void;
  signal: AbortSignal;
}

/** Everything about one call of one change. */
export interface CallWork extends WorkParts {
  deps: IntentDeps;
  id: { changeId: string; seq: number };
  change: StoredGuestChange;
  plan: GuestPlan;
  call: PlannedCall;
  endpoint: Endpoint;
  reader: IntentReader;
  bounds: SettleBounds;
  /** The call's row, now. */
  stored(): Promise<StoredCall>;
  /** The row of the call before this one. */
  before(): Promise<StoredCall | undefined>;
  /** Opened when it is needed, and closed with the rest. */
  writer(): Promise<IntentWriter | undefined>;
  close(): Promise<void>;
}

export async function changeOf({ store }: Pick<IntentDeps, 'store'>, changeId: string): Promise<StoredGuestChange> {
  const change = await store.findGuestChange(changeId);
  if (!change) throw new StopRun('internal', `There is no change ${changeId}.`);
  return change;
}

export async function endpointOf({ store }: Pick<IntentDeps, 'store'>, change: StoredGuestChange): Promise<Endpoint> {
  const endpoint = change.endpointId === null ? undefined : await store.findEndpoint(change.endpointId);
  if (!endpoint) throw new StopRun('configuration', 'The endpoint was deleted since the change was planned.');
  return endpoint;
}

/** Nobody waits for a guest longer than this many times the time in which it must stand still. */
const boundFactor = 7;

export async function openWork(deps: IntentDeps, changeId: string, seq: number, parts: WorkParts): Promise<CallWork> {
  const change = await changeOf(deps, changeId);
  const call = change.plan?.calls[seq];
  if (!change.plan || !call) throw new StopRun('internal', `The change ${changeId} has no call ${seq}.`);
  const endpoint = await endpointOf(deps, change);
  const { proxmox_settle_seconds: seconds } = await deps.settings.ofEndpoint(endpoint);
  const reader = await deps.openReading(endpoint);
  const callAt = async (at: number): Promise<StoredCall | undefined> =>
    (await deps.store.listCalls(changeId)).find(each => each.seq === at);
  let writer: Promise<IntentWriter | undefined> | undefined;
  return {
    ...parts,
    deps,
    id: { changeId, seq },
    change,
    plan: change.plan,
    call,
    endpoint,
    reader,
    bounds: { quietMs: seconds * 1000, boundMs: seconds * 1000 * boundFactor },
    stored: async () => {
      const stored = await callAt(seq);
      if (!stored) throw new StopRun('internal', `The call ${seq} of the change ${changeId} has no row.`);
      return stored;
    },
    before: () => callAt(seq - 1),
    writer: () => (writer ??= deps.openWriting(endpoint)),
    close: async () => {
      await reader.close();
      await (await writer?.catch(() => undefined))?.close();
    },
  };
}
