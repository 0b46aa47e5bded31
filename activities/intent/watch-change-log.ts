/** Watches the change log of a NetBox without branches, where that is wanted: what people with the right change becomes a run, each change once. */
import { log } from '@temporalio/activity';
import { guestObjectTypes } from '../../domain/intent/changes/stored-change';
import { rightsAtRequest, type RightsAtRequest } from '../../domain/intent/rights-at-request';
import { personForNetBoxUser } from '../../domain/people/netbox-user';
import { rightsOf } from '../../domain/people/rights';
import { choiceIn, textIn } from '../../domain/reflection/kind';
import type { SettingValues } from '../../domain/settings/register';
import { derivedId } from './apply-merge';
import type { ApplyToStart } from './branch-event';
import { changeLogPath, readChangeLog } from './change-log-rows';
import type { IntentDeps } from './deps';

/** Longer than a request of NetBox may take: so late a change can become visible after one with a higher id. */
const lateMs = 300_000;

/** A row without what was changed: most rows are ours. */
interface LogRow {
  id: number;
  at: number;
  user: string;
}

/** Somebody's changes that came one after the other. */
interface Batch {
  person: Person;
  ids: number[];
}

interface Person {
  id: string;
  username: string;
  rights: RightsAtRequest;
}

/** Looks once. Rows that are nobody's wish are looked at, and never again; an attempt that was given up and is still at work takes none twice. */
export async function watchChangeLog(deps: IntentDeps, settings: SettingValues): Promise<ApplyToStart[]> {
  return deps.store.withLock('netbox change log', () => look(deps, settings));
}

async function look(deps: IntentDeps, settings: SettingValues): Promise<ApplyToStart[]> {
  const { store, netbox } = deps;
  const watch = await store.findChangeLogWatch();
  if (!watch) {
    const newest = await netbox.newest(changeLogPath, { fields: ['time'] });
    await store.beginChangeLogWatch(newest?.id ?? 0);
    return [];
  }
  const rows = await readRows(deps, watch.lastChange);
  const known = new Set(watch.seen);
  const fresh = rows.filter(({ id }) => !known.has(id));
  const seen = new Set(watch.seen);
  const started: ApplyToStart[] = [];
  for (const batch of await batchesOf(deps, fresh, settings)) {
    const run = await makeRun(deps, batch, () => {
      for (const id of batch.ids) seen.add(id);
      return { lastChange: watch.lastChange, seen: [...seen] };
    });
    if (run) started.push(run);
  }
  await store.advanceChangeLogWatch(advanced(watch.lastChange, rows));
  return started;
}

async function readRows({ netbox }: IntentDeps, afterId: number): Promise<LogRow[]> {
  const wanted = new Set<string>(guestObjectTypes);
  const rows = await netbox.listAll(changeLogPath, {
    afterId,
    fields: ['time', 'user_name', 'changed_object_type'],
  });
  return rows.map(row => ({
    id: row.id,
    at: Date.parse(textIn(row['time'])),
    user: wanted.has(String(choiceIn(row['changed_object_type']))) ? textIn(row['user_name']) : '',
  }));
}

/** Rows of people who may change something, in the order in which NetBox has them. */
async function batchesOf(deps: IntentDeps, rows: readonly LogRow[], settings: SettingValues): Promise<Batch[]> {
  const names = new Set(rows.map(({ user }) => user));
  for (const ignored of ['', await deps.netbox.username(), ...settings.intent_change_log_ignored_users]) names.delete(ignored);
  const people = new Map<string, Person>();
  for (const name of names) {
    const person = await personOf(deps, name);
    if (person) people.set(name, person);
    else log.info('Changes in NetBox are not applied: their user is linked with nobody who may ask for any', { user: name });
  }
  const batches: Batch[] = [];
  for (const { id, user } of rows) {
    const person = people.get(user);
    if (!person) continue;
    const last = batches.at(-1);
    if (last?.person.id === person.id) last.ids.push(id);
    else batches.push({ person, ids: [id] });
  }
  return batches;
}

async function personOf({ store }: IntentDeps, name: string): Promise<Person | undefined> {
  const person = personForNetBoxUser(await store.listUsersOfNetBox(name), name);
  if (!person) return undefined;
  const rights = rightsAtRequest(rightsOf(await store.grantsOf(person.id)));
  return Object.keys(rights).length === 0 ? undefined : { id: person.id, username: person.username, rights };
}

/** The run of a batch, together with the note that its rows were looked at; nothing where they change no guest that is to be changed so. */
async function makeRun(
  deps: IntentDeps,
  { person, ids }: Batch,
  looked: () => Parameters<IntentDeps['store']['advanceChangeLogWatch']>[0],
): Promise<ApplyToStart | undefined> {
  const { changes } = await readChangeLog(deps, ids);
  if (changes.length === 0) return undefined;
  const [runId, planId] = ['run', 'plan'].map(what => derivedId(`${what} of ${deps.netboxUrl} changes ${ids.join(' ')}`)) as [
    string,
    string,
  ];
  const workflowId = deps.workflowIdOf(runId);
  const vm = changes.map(({ guest }) => guest.name).join(', ');
  const isNew = await deps.store.transaction(async tx => {
    await tx.advanceChangeLogWatch(looked());
    if (!(await tx.insertIntentRun({ id: runId, scope: {}, requestedBy: person.username, workflowId }))) return false;
    await tx.insertIntentPlan({
      id: planId,
      branch: null,
      changeLog: ids,
      optIn: { by: 'change-log', vm, applyToProxmox: true },
      asked: [],
      requestedBy: person.username,
      requesterId: person.id,
      rights: person.rights,
      stopOnFailure: false,
    });
    await tx.giveIntentPlan(planId, runId);
    return true;
  });
  const summary = `Apply what ${person.username} changed in NetBox`;
  return isNew ? { runId, workflowId, actor: person.username, summary } : undefined;
}

/** Rows that are older than anything which may still become visible are done with. */
function advanced(lastChange: number, rows: readonly LogRow[]): { lastChange: number; seen: number[] } {
  const newest = Math.max(...rows.map(({ at }) => at));
  const done = rows.filter(({ at }) => at < newest - lateMs).map(({ id }) => id);
  const last = Math.max(lastChange, ...done);
  return { lastChange: last, seen: rows.map(({ id }) => id).filter(id => id > last) };
}
