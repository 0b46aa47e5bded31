import type { OverlapPolicy } from '../../../domain/schedules/schedule';
import type { FiringView, ScheduleView } from '../../schedules/schema';
import type { Html } from '../html/h';
import { link } from '../html/parts';
import { badge, runBadge } from '../html/state';

export const overlapWords: Readonly<Record<OverlapPolicy, string>> = {
  skip: 'leave this time out',
  buffer_one: 'run once more right after it',
  cancel_other: 'cancel it first',
};

/** When a schedule is due, in words. */
export function whenText({ cron, everySeconds, offsetSeconds, timeZone }: ScheduleView): string {
  if (cron !== null) return `${cron} (${timeZone})`;
  return `every ${spanText(everySeconds ?? 0)}${offsetSeconds > 0 ? `, ${spanText(offsetSeconds)} after it` : ''}`;
}

/** `90 s`, `15 min`, `6 h`, `2 days`: exactly. */
export function spanText(seconds: number): string {
  if (seconds % 86_400 === 0) return seconds === 86_400 ? '1 day' : `${seconds / 86_400} days`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** What came of a time; a run leads to its page. */
export function firingBadge({ result, run }: FiringView): Html {
  if (result === 'refused') return badge('bad', 'Refused');
  if (result === 'skipped') return badge('calm', 'Already running');
  if (run === null || run.state === null) return badge('calm', 'Started');
  return link(`/ui/runs/${run.id}`, runBadge(run.state));
}

export const pauseBadge = ({ paused }: ScheduleView): Html => (paused ? badge('warn', 'Paused') : badge('good', 'Active'));

export const ownerText = ({ owner }: ScheduleView): string => owner.username ?? 'a deleted user';
