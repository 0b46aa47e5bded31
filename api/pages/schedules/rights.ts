import { onEach } from '../../auth/authorize';
import type { Identity } from '../../auth/identity';
import type { ScheduleView } from '../../schedules/schema';

/** Whether somebody may change and run a schedule, so that buttons for it make sense. Deleted endpoints do not count. */
export function mayChange(caller: Identity, { endpoints }: ScheduleView): boolean {
  const left = endpoints?.flatMap(({ id, name }) => (name === null ? [] : [id])) ?? [];
  return onEach(left.length === 0 ? 'all' : left, id => caller.permissions('run_sync', id));
}
