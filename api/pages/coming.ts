import type { Identity } from '../auth/identity';
import type { ScheduleView } from '../schedules/schema';
import { h, type Html } from './html/h';
import { empty, link } from './html/parts';
import { badge } from './html/state';
import { time } from './html/time';
import { whenText } from './schedules/words';

const SHOWN = 4;

/** The schedules that are due next, the soonest first; undefined where Temporal could not be asked. */
export function comingOf(schedules: readonly ScheduleView[] | undefined, caller: Identity): Html {
  if (schedules === undefined) return empty('Temporal does not answer: what is due next is not known.');
  const due = schedules
    .flatMap(schedule => {
      const next = schedule.paused ? undefined : schedule.nextTimes?.[0];
      return next === undefined ? [] : [{ schedule, next }];
    })
    .toSorted((a, b) => a.next.localeCompare(b.next));
  const may = caller.endpointsWith('run_sync').length > 0;
  if (due.length === 0)
    return empty('Nothing starts by itself. ', may ? link('/ui/schedules/new', 'Let a sync start every night') : '');
  return h(
    'ul',
    { class: 'coming' },
    ...due
      .slice(0, SHOWN)
      .map(({ schedule, next }) =>
        h(
          'li',
          null,
          link(`/ui/schedules/${schedule.id}`, schedule.name),
          time(next),
          h('small', null, whenText(schedule), schedule.dryRun && ', dry run'),
        ),
      ),
  );
}

/** Schedules that somebody should look at: the last time was refused, or a failure has paused them. */
export const troubledSchedules = (schedules: readonly ScheduleView[]): Html[] =>
  schedules.flatMap(({ id, name, paused, pauseOnFailure, note, firings: [last] }) => {
    const refused = last?.result === 'refused';
    if (!refused && !(paused && pauseOnFailure)) return [];
    const why = refused ? (last.message ?? 'It was refused.') : (note ?? 'It is paused.');
    return [
      h(
        'li',
        null,
        refused ? badge('bad', 'Refused') : badge('warn', 'Paused'),
        link(`/ui/schedules/${id}`, name),
        h('span', null, why),
      ),
    ];
  });
