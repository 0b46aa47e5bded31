/** The beginning and the end of one guest's change. */
import { log } from '@temporalio/activity';
import type { ChangeResult, ChangeState, StoredGuestChange } from '../../database/repositories/intent/changes';
import type { StoredCall } from '../../database/repositories/intent/calls';
import { isThere, wantedValues, type GuestOutcome, type WantedValue } from '../../domain/intent/outcome';
import type { GuestPlan } from '../../domain/intent/plan/guest-plan';
import type { LiveGuest } from '../../domain/intent/plan/live';
import { hasMark } from '../../domain/intent/recheck-birth';
import { closeAudit } from './audit';
import { changeOf, endpointOf } from './call-work';
import type { IntentDeps } from './deps';
import { askGate } from './gate';
import { forgetBirth, linkBirth, rememberBirth } from './birth-links';
import { findLiveAt, placeOf } from './live';
import { planOf } from './plan';
import { removeDocuments } from './snippets';
import { takeUp } from './take-up';
import { tellChange } from './tell';

export interface BegunChange {
  /** How many calls there are; 0 where the change has ended. */
  calls: number;
  ended: ChangeState | null;
}

/** Takes a change up: another change of the same guest that is under way keeps it out. */
export async function beginChange(deps: IntentDeps, changeId: string): Promise<BegunChange | 'busy'> {
  const { store } = deps;
  const change = await changeOf(deps, changeId);
  if (change.state !== 'queued' && change.state !== 'running') return { calls: 0, ended: change.state };
  const gate = await askGate(deps, await planOf(deps, change.planId), change.change);
  if (change.state === 'queued') {
    if (!gate.allowed) {
      const message = gate.reasons.map(reason => reason.message).join(' ');
      await store.moveGuestChange(changeId, { from: ['queued'], to: 'refused', reason: gate.reasons[0]?.code, message });
      return { calls: 0, ended: 'refused' };
    }
    if (change.plan === null || change.plan.calls.length === 0) {
      const message = 'Everything was as it is wanted: nothing was sent.';
      await store.moveGuestChange(changeId, { from: ['queued'], to: 'unchanged', message, result: {} });
      await store.releaseHold(changeId, 'equal');
      return { calls: 0, ended: 'unchanged' };
    }
    const taken = await takeUp(deps, change);
    if (taken === 'busy') return 'busy';
    if (taken !== 'running') return { calls: 0, ended: taken };
  }
  if (change.op === 'create') await linkBirth(deps, change);
  await tellChange(deps, change, 'running');
  return { calls: change.plan?.calls.length ?? 0, ended: null };
}

/** Ended without a word from its calls. */
export interface Interruption {
  reason: string;
  message: string;
}

/** Says how a change ended, by its calls and by a read of the guest. */
export async function endChange(
  deps: IntentDeps,
  changeId: string,
  interrupted: Interruption | null,
  signal: AbortSignal,
): Promise<ChangeState> {
  const { store } = deps;
  const change = await changeOf(deps, changeId);
  const { plan } = change;
  if (change.state !== 'running' || plan === null) {
    await closeAudit(deps, change);
    return change.state;
  }
  const calls = await store.listCalls(changeId);
  const live = calls.some(({ state }) => state !== 'planned' && state !== 'refused')
    ? await readGuest(deps, change, signal)
    : null;
  const result = live === null ? {} : compare(plan, live);
  const end = outcomeOf(plan, calls, live, result, interrupted);
  await store.transaction(async tx => {
    const moved = await tx.moveGuestChange(changeId, {
      from: ['running'],
      to: end.outcome,
      reason: end.reason,
      message: end.message,
      result,
    });
    if (moved && end.outcome === 'applied') await tx.releaseHold(changeId, 'equal');
  });
  await closeAudit(deps, change);
  if (change.op === 'create') {
    if (live !== null) await rememberBirth(deps, change, live);
    else if (end.outcome !== 'unknown_outcome') await notBorn(deps, change, signal);
  }
  await tellChange(deps, change, end.outcome, end.message);
  return end.outcome;
}

async function notBorn(deps: IntentDeps, change: StoredGuestChange, signal: AbortSignal): Promise<void> {
  await forgetBirth(deps, change);
  try {
    await removeDocuments(deps, change, signal);
  } catch (error) {
    signal.throwIfAborted();
    log.warn('The user data of a guest that was not made could not be removed', { change: change.id, error });
  }
}

/** The guest that the change is about; null when it does not exist, or cannot be read. */
async function readGuest(deps: IntentDeps, change: StoredGuestChange, signal: AbortSignal): Promise<LiveGuest | null> {
  const { plan, vmid } = change;
  if (plan === null || vmid === null) return null;
  const reader = await deps.openReading(await endpointOf(deps, change));
  try {
    const live = (await findLiveAt(reader, placeOf(plan, vmid), signal))?.live ?? null;
    const mark = plan.birthMark;
    return live !== null && mark !== null && !hasMark(live, mark) ? null : live;
  } catch (error) {
    signal.throwIfAborted();
    log.warn('A guest could not be read after its change', { change: change.id, error });
    return null;
  } finally {
    await reader.close();
  }
}

/** What was wanted and was not there when it was planned: what is there now, what waits for the next start, what is missing. */
function compare(plan: GuestPlan, live: LiveGuest): Required<Omit<ChangeResult, 'deletionRequest'>> {
  const wasThere = (value: WantedValue): boolean => plan.plannedFor !== null && isThere(value, live.kind, plan.plannedFor.config);
  const wanted = wantedValues(plan).filter(value => !wasThere(value));
  const there = wanted.filter(value => isThere(value, live.kind, live.config.raw));
  const open = wanted.filter(value => !there.includes(value));
  const pending = open.filter(({ key }) => live.pendingKeys.includes(key));
  return {
    there: there.map(({ key }) => key),
    pending: pending.map(({ key }) => key),
    missing: open.filter(value => !pending.includes(value)).map(({ key }) => key),
  };
}

interface End {
  outcome: GuestOutcome;
  reason?: string | undefined;
  message: string;
}

function outcomeOf(
  plan: GuestPlan,
  calls: readonly StoredCall[],
  live: LiveGuest | null,
  { there = [], pending = [], missing = [] }: ChangeResult,
  interrupted: Interruption | null,
): End {
  const broken = calls.find(({ state }) => state !== 'done');
  // Proxmox may write everything and complain, such as of a file that it does not find: then the guest may not start.
  const telling = broken ?? calls.find(({ reason }) => reason !== null);
  const said = {
    reason: interrupted?.reason ?? telling?.reason ?? undefined,
    message: interrupted?.message ?? telling?.message ?? '',
  };
  const isOpen = calls.some(({ state }) => state === 'unknown' || state === 'sending' || state === 'task');
  if (isOpen) return { outcome: 'unknown_outcome', ...said };
  if (calls.every(({ state }) => state === 'planned' || state === 'refused')) return { outcome: 'refused', ...said };
  if (live === null) {
    // Everything was answered, and the last look failed: of a birth that never was, Proxmox has said so.
    return { outcome: plan.op === 'create' && broken?.seq === 0 ? 'failed' : 'unknown_outcome', ...said };
  }
  if (!telling && missing.length === 0 && pending.length === 0) {
    return { outcome: 'applied', message: 'Every wanted value was read back.' };
  }
  if (there.length + pending.length === 0) return { outcome: 'failed', ...said };
  const rest = [
    ...(there.length > 0 ? [`In effect: ${there.join(', ')}.`] : []),
    ...(pending.length > 0 ? [`In effect at the next start: ${pending.join(', ')}.`] : []),
    ...(missing.length > 0 ? [`Not made: ${missing.join(', ')}.`] : []),
  ].join(' ');
  const reason = said.reason ?? (pending.length > 0 && missing.length === 0 ? 'pending_restart' : 'partial');
  return { outcome: 'partly_applied', reason, message: `${said.message} ${rest}`.trim() };
}
