import type { ScheduleView } from '../../api/schedules/schema';
import { requireChoice } from '../choice';
import type { ApiClient } from '../connection/client';

export const listSchedules = (api: ApiClient): Promise<ScheduleView[]> => api.collect<ScheduleView>('/schedules', {});

/**
 * By name, in any case, or by id.
 * @throws UsageError with the nearest name.
 */
export async function findSchedule(api: ApiClient, wanted: string): Promise<ScheduleView> {
  const schedules = await listSchedules(api);
  const text = wanted.toLowerCase();
  const found = schedules.find(({ id }) => id === text) ?? schedules.find(({ name }) => name.toLowerCase() === text);
  if (found !== undefined) return found;
  requireChoice(
    wanted,
    schedules.map(({ name }) => name),
    'schedule',
    'proxbox schedule list',
  );
  throw new Error('A schedule has two spellings.');
}
