import { randomUUID } from 'node:crypto';
import { inTransaction, type Queryable } from '../../database/queryable';
import {
  deleteSchedule,
  findSchedule,
  insertSchedule,
  lockSchedule,
  updateSchedule,
} from '../../database/repositories/schedules';
import type { AuditAction } from '../../domain/audit/actions';
import type { Schedule, ScheduleFields } from '../../domain/schedules/schedule';
import type { Effect } from '../audit/auditor';
import type { Identity } from '../auth/identity';
import type { ApiDependencies } from '../dependencies';
import { Problem, TemporalUnavailableError } from '../errors';
import { requireMatch } from '../etag';
import { scopeOf } from '../runs/scope';
import { refuseTaken } from '../taken';
import { notFound, withoutAbsent } from '../validate';
import { timingRefusal } from './timing-refusal';
import { followSchedule } from './follow';
import { ownerOf, requireOwnersRights } from './owner';
import type { ScheduleBackfill, ScheduleCreate, SchedulePatch } from './schema';

type Needs = Pick<ApiDependencies, 'database' | 'temporal'>;
type Asking = Pick<Express.Locals, 'caller' | 'audit'>;

/** Row and Temporal's Schedule, or neither: what Temporal does not understand is not stored. */
export async function createSchedule(needs: Needs, { caller, audit }: Asking, wanted: ScheduleCreate): Promise<Schedule> {
  const { owner, ...given } = wanted;
  const id = randomUUID();
  return audit.effect(
    { action: 'schedule.create', object: { type: 'schedule', id: null }, detail: wanted },
    async () => {
      const ownerId = await ownerOf(needs.database, caller, owner);
      const endpoints = await idsOf(needs.database, caller, given.endpoints);
      await requireOwnersRights(needs.database, ownerId, endpoints ?? 'all');
      return store(needs, db => insertSchedule(db, id, { ...given, ownerId, endpoints })).catch((error: unknown) => {
        // Temporal may have taken it although its answer was lost; whoever asked does not wait for this.
        if (error instanceof TemporalUnavailableError) void needs.temporal.schedules.remove(id).catch(() => {});
        throw error;
      });
    },
    after => ({ object: { type: 'schedule', id }, after }),
  );
}

export async function patchSchedule(
  needs: Needs,
  { caller, audit }: Asking,
  id: string,
  ifMatch: string,
  patch: SchedulePatch,
): Promise<Schedule> {
  const { owner, endpoints: wanted, ...given } = patch;
  const change = async (): Promise<Schedule> => {
    const endpoints = wanted === undefined ? undefined : await idsOf(needs.database, caller, wanted);
    const ownerId = owner === undefined ? undefined : await ownerOf(needs.database, caller, owner);
    return store(needs, async db => {
      const before = (await lockSchedule(db, id)) ?? gone();
      requireMatch(ifMatch, before.version);
      const after = {
        ...merged(before, given),
        ...(endpoints !== undefined && { endpoints }),
        ...(ownerId !== undefined && { ownerId }),
      };
      if (endpoints !== undefined || ownerId !== undefined) {
        await requireOwnersRights(db, after.ownerId, after.endpoints ?? 'all');
      }
      return updateSchedule(db, id, after);
    });
  };
  return audit.effect(await on(needs, id, 'schedule.change', { change: patch }), change, after => ({ after }));
}

/** With the reason, which people see where it is paused. Pausing what is paused changes the note. */
export async function pauseSchedule(needs: Needs, { audit }: Asking, id: string, note: string | null): Promise<Schedule> {
  return setPaused(needs, audit, id, { paused: true, note });
}

export async function resumeSchedule(needs: Needs, { audit }: Asking, id: string): Promise<Schedule> {
  return setPaused(needs, audit, id, { paused: false, note: null });
}

async function setPaused(
  needs: Needs,
  audit: Asking['audit'],
  id: string,
  state: Pick<ScheduleFields, 'paused' | 'note'>,
): Promise<Schedule> {
  const action = state.paused ? 'schedule.pause' : 'schedule.resume';
  const change = (): Promise<Schedule> =>
    store(needs, async db => updateSchedule(db, id, { ...((await lockSchedule(db, id)) ?? gone()), ...state }));
  return audit.effect(await on(needs, id, action, { note: state.note }), change, after => ({ after }));
}

/** Temporal forgets it first: a row without a Schedule is mended by the next read, a Schedule without a row by nobody. */
export async function removeSchedule(needs: Needs, { audit }: Asking, id: string, ifMatch: string): Promise<void> {
  await audit.effect(await on(needs, id, 'schedule.delete'), () =>
    inTransaction(needs.database, async db => {
      requireMatch(ifMatch, ((await lockSchedule(db, id)) ?? gone()).version);
      await needs.temporal.schedules.remove(id);
      await deleteSchedule(db, id);
    }),
  );
}

/** Runs it now, also while it is paused. Its workflow decides whether it may. */
export async function triggerSchedule(needs: Needs, { audit }: Asking, id: string): Promise<void> {
  await audit.effect(await on(needs, id, 'schedule.run'), async () => {
    const { known } = await followSchedule(needs, audit, (await findSchedule(needs.database, id)) ?? gone());
    if (known?.running === true) throw new Problem('run-open', 'Its last sync still runs. Wait for its end, or cancel it.');
    await needs.temporal.schedules.trigger(id);
  });
}

export async function backfillSchedule(needs: Needs, { audit }: Asking, id: string, range: ScheduleBackfill): Promise<void> {
  await audit.effect(await on(needs, id, 'schedule.backfill', range), async () => {
    await followSchedule(needs, audit, (await findSchedule(needs.database, id)) ?? gone());
    await needs.temporal.schedules.backfill(id, range);
  });
}

/** Writes the row and tells Temporal within one transaction. */
const store = ({ database, temporal }: Needs, write: (db: Queryable) => Promise<Schedule>): Promise<Schedule> =>
  inTransaction(database, async db => {
    const schedule = await write(db);
    await temporal.schedules.put(schedule).catch(timingRefusal(schedule));
    return schedule;
  }).catch(answerTaken);

/** Null for all endpoints, those of later included; names become ids. */
async function idsOf(
  db: Queryable,
  caller: Pick<Identity, 'permissions' | 'endpointsWith' | 'sees'>,
  wanted: readonly string[] | null,
): Promise<string[] | null> {
  const { endpoints } = await scopeOf(db, { dryRun: false, ...(wanted && { endpoints: [...wanted] }) }, caller);
  return endpoints ?? null;
}

/** Of cron and interval, the one that is given takes the other's place. */
function merged(before: Schedule, given: Omit<SchedulePatch, 'owner' | 'endpoints'>): ScheduleFields {
  const after: ScheduleFields = { ...before, ...withoutAbsent(given) };
  if (typeof given.cron === 'string') return { ...after, everySeconds: null };
  if (typeof given.everySeconds === 'number') return { ...after, cron: null };
  if (after.cron !== null || after.everySeconds !== null) return after;
  const detail = 'Give either cron or everySeconds.';
  throw new Problem('invalid-body', `/cron: ${detail}`, { errors: [{ pointer: '/cron', detail }] });
}

async function on({ database }: Needs, id: string, action: AuditAction, detail: object = {}): Promise<Effect> {
  const before = (await findSchedule(database, id)) ?? gone();
  return { action, object: { type: 'schedule', id }, before, detail: { name: before.name, ...detail } };
}

function gone(): never {
  throw notFound('schedule');
}

const answerTaken = refuseTaken({
  schedule_name_key: ['name-taken', '/name', 'Another schedule has this name; upper and lower case count as equal.'],
});
