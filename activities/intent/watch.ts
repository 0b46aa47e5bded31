/** Watches NetBox for branches that were merged, or, where it has none, for changes. NetBox's own call only makes it look sooner: what was missed is found all the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '@temporalio/activity';
import { NetBoxError } from '../../clients/netbox/errors';
import type { HookCheck } from '../../database/repositories/intent/hook-check';
import { redactText } from '../../domain/redaction';
import { intentEnabled } from '../../domain/settings/intent-switch';
import type { SettingValues } from '../../domain/settings/register';
import { noteEvent, type ApplyToStart } from './branch-event';
import { ensureIntentFields } from './custom-fields';
import type { IntentDeps } from './deps';
import { lostApplies } from './lost-applies';
import { lostMerges, type MergeToStart } from './lost-merges';
import { watchChangeLog } from './watch-change-log';

/** An attempt ends after so long, so that none is older than a release. */
const longestMs = 3_600_000;
const pauseMs = 1_000;
/** How often what NetBox needs is put right that somebody has changed. */
const prepareEveryMs = 600_000;
/** Events that happen at once may become visible in either order. */
const lookedAtAgain = 50;

/** What was found, and needs its workflow. */
export type FoundWork = { apply: ApplyToStart } | { merge: MergeToStart };

/** Looks until there is something to do, for an hour, or until this process stops: whoever comes next finds what was missed. */
export async function watchBranches(deps: IntentDeps, beat: (what: string) => void, signal: AbortSignal): Promise<FoundWork[]> {
  const until = Date.now() + longestMs;
  const either = AbortSignal.any([signal, deps.stopping]);
  let prepared: { at: number; changeLog: boolean } | undefined;
  for (let lookedAt = 0; Date.now() < until && !deps.stopping.aborted;) {
    const settings = await deps.settings.ofInstallation();
    const watch = await deps.store.findWatch();
    const isOn = intentEnabled(settings);
    if (!isOn && watch) await endWatches(deps);
    const isTime = Date.now() >= lookedAt + settings.intent_watch_seconds * 1000;
    if (isOn && (!watch || isTime || (await deps.store.takeHint()))) {
      beat('looking at NetBox');
      const changeLog = settings.intent_watch_change_log;
      const prepare = prepared?.changeLog !== changeLog || Date.now() - prepared.at > prepareEveryMs;
      const found = await lookSafely(deps, settings, prepare);
      if (prepare) prepared = { at: Date.now(), changeLog };
      if (found.length > 0) return found;
      lookedAt = Date.now();
    }
    await sleep(pauseMs, undefined, { signal: either }).catch(() => signal.throwIfAborted());
  }
  return [];
}

async function endWatches({ store }: IntentDeps): Promise<void> {
  await store.endWatch();
  await store.endChangeLogWatch();
}

/** NetBox may be away: then it is asked again the next time. */
async function lookSafely(deps: IntentDeps, settings: SettingValues, prepare: boolean): Promise<FoundWork[]> {
  try {
    return await look(deps, settings, prepare);
  } catch (error) {
    if (!(error instanceof NetBoxError)) throw error;
    log.warn('NetBox could not be asked what was changed', { error });
    return [];
  }
}

async function look(deps: IntentDeps, settings: SettingValues, prepare: boolean): Promise<FoundWork[]> {
  const lost: FoundWork[] = [
    ...(await lostApplies(deps)).map(apply => ({ apply })),
    ...(await lostMerges(deps)).map(merge => ({ merge })),
  ];
  await deps.netbox.open();
  const hasBranches = await deps.branching.isInstalled();
  const found = hasBranches ? await lookAtBranches(deps) : await lookAtMain(deps, settings);
  if (prepare) await prepareNetBox(deps);
  return [...lost, ...found.map(apply => ({ apply }))];
}

async function lookAtBranches(deps: IntentDeps): Promise<ApplyToStart[]> {
  const { branching, netbox, store } = deps;
  const watch = await store.findWatch();
  if (!watch) {
    const newest = await netbox.newest('plugins/branching/branch-events', { fields: ['time'] });
    await store.beginWatch(newest?.id ?? 0);
    return [];
  }
  const afterId = Math.max(watch.firstEvent, watch.lastEvent - lookedAtAgain);
  const events = await branching.events({ afterId, types: ['merged', 'reverted'] });
  const toStart: ApplyToStart[] = [];
  for (const event of events) toStart.push(...(await noteEvent(deps, event)));
  const newest = events.at(-1)?.id ?? 0;
  if (newest > watch.lastEvent) await store.advanceWatch(newest);
  return toStart;
}

/** Main itself is watched only where that is wanted, and there are no branches: a merge would be seen twice. */
async function lookAtMain(deps: IntentDeps, settings: SettingValues): Promise<ApplyToStart[]> {
  const { store } = deps;
  if (!(await store.findWatch())) await store.beginWatch(0);
  if (settings.intent_watch_change_log) return watchChangeLog(deps, settings);
  await store.endChangeLogWatch();
  return [];
}

/** The custom fields, and NetBox's call to us. What NetBox refuses is told and keeps nothing from working: NetBox is looked at in any case. */
async function prepareNetBox(deps: IntentDeps): Promise<void> {
  const { refused } = await ensureIntentFields(deps);
  for (const { name, message } of refused) log.warn('A custom field of intent could not be made', { name, message });
  await deps.store.noteHookCheck(await checkHook(deps));
}

async function checkHook(deps: IntentDeps): Promise<Omit<HookCheck, 'checkedAt'>> {
  try {
    const { kind: state } = await deps.installHook();
    return { state, message: hookMessages[state] };
  } catch (error) {
    if (!(error instanceof NetBoxError)) throw error;
    log.warn('NetBox could not be told to call us: merged branches are found by asking', { error });
    return { state: 'refused', message: `NetBox refused the webhook or its event rule: ${redactText(error.message)}` };
  }
}

const hookMessages = {
  installed: 'NetBox calls when a branch is merged or reverted.',
  'no-branching': 'This NetBox has no branches.',
  'no-public-url': 'Nobody said how NetBox reaches us: set PROXBOX_PUBLIC_URL. Until then merged branches are found by asking.',
} as const;
