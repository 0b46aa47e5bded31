import { listEndpoints } from '../../database/repositories/endpoints';
import { listUsers } from '../../database/repositories/people/users';
import { type Firing, listFirings } from '../../database/repositories/schedule-firings';
import type { Schedule } from '../../domain/schedules/schedule';
import { workflowIds } from '../../workflows/names';
import type { Auditor } from '../audit/auditor';
import type { ApiDependencies, TemporalUi } from '../dependencies';
import { TemporalUnavailableError } from '../errors';
import { type FollowedSchedule, followSchedule } from './follow';
import type { FiringView, ScheduleView } from './schema';

/** Firings that stand in a schedule's answer. */
const LAST = 10;

type Needs = Pick<ApiDependencies, 'database' | 'temporal' | 'temporalUi'>;

/** Schedules as they are shown, brought in step with Temporal first where it answers. */
export async function viewSchedules(needs: Needs, audit: Auditor, schedules: readonly Schedule[]): Promise<ScheduleView[]> {
  const { database, temporalUi } = needs;
  const ids = schedules.map(({ id }) => id);
  const followed = await Promise.all(schedules.map(schedule => followIfPossible(needs, audit, schedule)));
  const [endpoints, users, firings] = await Promise.all([
    listEndpoints(database),
    listUsers(database),
    listFirings(database, ids, LAST),
  ]);
  const names = {
    endpoint: new Map(endpoints.map(({ id, name }) => [id, name])),
    user: new Map(users.map(({ id, username }) => [id, username])),
  };
  return followed.map(each => viewSchedule(each, names, firings, temporalUi));
}

/** Reads answer also while Temporal is away. */
async function followIfPossible(needs: Needs, audit: Auditor, schedule: Schedule): Promise<FollowedSchedule> {
  try {
    return await followSchedule(needs, audit, schedule);
  } catch (error) {
    if (error instanceof TemporalUnavailableError) return { schedule, known: undefined };
    throw error;
  }
}

function viewSchedule(
  { schedule, known }: FollowedSchedule,
  names: { endpoint: ReadonlyMap<string, string>; user: ReadonlyMap<string, string> },
  firings: readonly Firing[],
  ui: TemporalUi,
): ScheduleView {
  const { ownerId, endpoints, kinds, createdAt, updatedAt, ...fields } = schedule;
  return {
    ...fields,
    owner: { id: ownerId, username: names.user.get(ownerId) ?? null },
    endpoints: endpoints === null ? null : endpoints.map(id => ({ id, name: names.endpoint.get(id) ?? null })),
    kinds: kinds === null ? null : [...kinds],
    nextTimes: known === undefined ? null : known.nextTimes.map(time => time.toISOString()),
    skippedOverlaps: known?.skippedOverlaps ?? null,
    missedCatchUps: known?.missedCatchUps ?? null,
    firings: firings.filter(({ scheduleId }) => scheduleId === schedule.id).map(viewFiring),
    temporal: { id: workflowIds.scheduledSync(schedule.id), url: scheduleUrl(schedule.id, ui) },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

const viewFiring = ({ result, message, run, dueAt, firedAt }: Firing): FiringView => ({
  result,
  message,
  run,
  dueAt: dueAt?.toISOString() ?? null,
  firedAt: firedAt.toISOString(),
});

function scheduleUrl(id: string, { url, namespace }: TemporalUi): string | null {
  if (url === undefined) return null;
  const scheduleId = encodeURIComponent(workflowIds.scheduledSync(id));
  return `${url.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/schedules/${scheduleId}`;
}
