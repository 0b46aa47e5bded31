import type { Identity } from '../../auth/identity';
import type { ScheduleView } from '../../schedules/schema';
import { button } from '../html/form';
import { h, type Html } from '../html/h';
import { empty, heading, link, notice, row, section, table } from '../html/parts';
import { time } from '../html/time';
import { mayChange } from './rights';
import { firingBadge, ownerText, pauseBadge, whenText } from './words';

export function scheduleListBody(schedules: readonly ScheduleView[], caller: Identity): (Html | null)[] {
  const may = caller.endpointsWith('run_sync').length > 0;
  const unknown = schedules.some(({ nextTimes }) => nextTimes === null);
  return [
    heading('Schedules', may && h('a', { class: 'button primary', href: '/ui/schedules/new' }, 'Add a schedule')),
    unknown ? notice('warn', 'Temporal does not answer: what is due next is not known, and nothing can be changed.') : null,
    section(
      'Syncs that start by themselves',
      schedules.length === 0
        ? empty('There is none yet. ', may ? link('/ui/schedules/new', 'Let a sync start every night') : '')
        : table(
            'Schedules',
            ['Schedule', 'When', 'Next', 'Last', 'State', 'Acts as', ''],
            schedules.map(schedule => scheduleRow(schedule, caller)),
          ),
    ),
  ];
}

function scheduleRow(schedule: ScheduleView, caller: Identity): Html {
  const { id, name, paused, note, nextTimes, firings } = schedule;
  const [last] = firings;
  return row(
    [link(`/ui/schedules/${id}`, name), h('small', { class: 'under' }, coverText(schedule))],
    whenText(schedule),
    paused ? '–' : time(nextTimes?.[0] ?? null),
    last === undefined ? 'never' : [firingBadge(last), ' ', time(last.firedAt)],
    [pauseBadge(schedule), note !== null && h('small', { class: 'under' }, note)],
    ownerText(schedule),
    mayChange(caller, schedule) ? button(caller, `/ui/schedules/${id}/trigger`, 'Run now', { tone: 'quiet' }) : '',
  );
}

/** What a schedule covers, in few words. */
export function coverText({ endpoints, kinds, dryRun }: ScheduleView): string {
  const where = endpoints === null ? 'all endpoints' : endpoints.map(({ name }) => name ?? 'a deleted endpoint').join(', ');
  return [where, ...(kinds === null ? [] : [kinds.join(', ')]), ...(dryRun ? ['dry run'] : [])].join(' · ');
}
