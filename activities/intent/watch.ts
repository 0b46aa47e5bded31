/** Watches NetBox for branches that were merged. NetBox's own call only makes it look sooner: what was missed is found all the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '@temporalio/activity';
import { NetBoxError } from '../../clients/netbox/errors';
import { intentEnabled } from '../../domain/settings/intent-switch';
import { noteEvent, type ApplyToStart } from './branch-event';
import { ensureIntentFields } from './custom-fields';
import type { IntentDeps } from './deps';
import { lostApplies } from './lost-applies';
import { lostMerges, type MergeToStart } from './lost-merges';

/** An attempt ends after so long, so that none is older than a release. */
const longestMs = 3_600_000;
const pauseMs = 1_000;
/** Events that happen at once may become visible in either order. */
const lookedAtAgain = 50;

/** What was found, and needs its workflow. */
export type FoundWork = { apply: ApplyToStart } | { merge: MergeToStart };

/** Looks until there is something to do, for an hour, or until this process stops: whoever comes next finds what was missed. */
export async function watchBranches(deps: IntentDeps, beat: (what: string) => void, signal: AbortSignal): Promise<FoundWork[]> {
  const until = Date.now() + longestMs;
  const either = AbortSignal.any([signal, deps.stopping]);
  let isPrepared = false;
  for (let lookAt = 0; Date.now() < until && !deps.stopping.aborted;) {
    const settings = await deps.settings.ofInstallation();
    const watch = await deps.store.findWatch();
    const isOn = intentEnabled(settings);
    if (!isOn && watch) await deps.store.endWatch();
    if (isOn && (!watch || Date.now() >= lookAt || (await deps.store.takeHint()))) {
      beat('looking at the branches of NetBox');
      const found = await lookSafely(deps, !isPrepared);
      isPrepared = true;
      if (found.length > 0) return found;
      lookAt = Date.now() + settings.intent_watch_seconds * 1000;
    }
    await sleep(pauseMs, undefined, { signal: either }).catch(() => signal.throwIfAborted());
  }
  return [];
}

/** NetBox may be away: then it is asked again the next time. */
async function lookSafely(deps: IntentDeps, prepare: boolean): Promise<FoundWork[]> {
  try {
    return await look(deps, prepare);
  } catch (error) {
    if (!(error instanceof NetBoxError)) throw error;
    log.warn('NetBox could not be asked about its branches', { error });
    return [];
  }
}

async function look(deps: IntentDeps, prepare: boolean): Promise<FoundWork[]> {
  const { branching, netbox, store } = deps;
  const lost: FoundWork[] = [
    ...(await lostApplies(deps)).map(apply => ({ apply })),
    ...(await lostMerges(deps)).map(merge => ({ merge })),
  ];
  await netbox.open();
  if (!(await branching.isInstalled())) {
    if (!(await store.findWatch())) await store.beginWatch(0);
    return lost;
  }
  const watch = await store.findWatch();
  if (!watch) {
    const newest = await netbox.newest('plugins/branching/branch-events', { fields: ['time'] });
    await store.beginWatch(newest?.id ?? 0);
  }
  if (prepare) await prepareNetBox(deps);
  if (!watch) return lost;

  const afterId = Math.max(watch.firstEvent, watch.lastEvent - lookedAtAgain);
  const events = await branching.events({ afterId, types: ['merged', 'reverted'] });
  const toStart = [...lost];
  for (const event of events) toStart.push(...(await noteEvent(deps, event)).map(apply => ({ apply })));
  const newest = events.at(-1)?.id ?? 0;
  if (newest > watch.lastEvent) await store.advanceWatch(newest);
  return toStart;
}

/** The custom fields, and NetBox's call to us. What NetBox refuses is told and keeps nothing from working: branches are looked at in any case. */
async function prepareNetBox(deps: IntentDeps): Promise<void> {
  const { refused } = await ensureIntentFields(deps);
  for (const { name, message } of refused) log.warn('A custom field of intent could not be made', { name, message });
  await deps.installHook().catch((error: unknown) => {
    if (!(error instanceof NetBoxError)) throw error;
    log.warn('NetBox could not be told to call us: merged branches are found by asking', { error });
  });
}
