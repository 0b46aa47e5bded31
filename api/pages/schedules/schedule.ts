import type { Identity } from '../../auth/identity';
import type { FiringView, ScheduleView } from '../../schedules/schema';
import { button, csrfField } from '../html/form';
import { h, type Html } from '../html/h';
import { empty, facts, heading, link, notice, row, section, table } from '../html/parts';
import { time } from '../html/time';
import { coverText } from './list';
import { mayChange } from './rights';
import { firingBadge, overlapWords, ownerText, pauseBadge, spanText, whenText } from './words';

/** A schedule with what is due, what came of the last times, and what one can do. */
export function scheduleBody(schedule: ScheduleView, caller: Identity): (Html | null)[] {
  const { name, paused, note, nextTimes, firings, temporal } = schedule;
  const may = mayChange(caller, schedule);
  return [
    heading(name, pauseBadge(schedule), may && actionsOf(schedule, caller)),
    paused ? notice('warn', `Paused${note === null ? '.' : `: ${note}`}`) : null,
    section(
      'Next times',
      nextTimes === null
        ? empty('Temporal does not answer: they are not known.')
        : paused
          ? empty('None while it is paused.')
          : h('ol', { class: 'times' }, ...nextTimes.slice(0, 5).map(moment => h('li', null, time(moment)))),
    ),
    section(
      'Last times',
      firings.length === 0
        ? empty('It was not due yet.')
        : table('Last times', ['When', 'Due', 'Result', 'Why'], firings.map(firingRow)),
    ),
    section(
      'Schedule',
      facts([
        ['Covers', coverText(schedule)],
        ['When', whenText(schedule)],
        ['Jitter', schedule.jitterSeconds === 0 ? 'none' : `up to ${schedule.jitterSeconds} s`],
        ['While its last sync runs', overlapWords[schedule.overlap]],
        ['Catches up within', spanText(schedule.catchUpSeconds)],
        ['Pauses on failure', schedule.pauseOnFailure ? 'yes' : 'no'],
        ['Acts as', ownerText(schedule)],
        ['Note', note ?? '–'],
        ['Left out, as its last sync ran', schedule.skippedOverlaps ?? '–'],
        ['Missed, and too late to catch up', schedule.missedCatchUps ?? '–'],
        ['In Temporal', temporal.url === null ? h('code', null, temporal.id) : link(temporal.url, temporal.id)],
      ]),
    ),
    may ? pauseSection(schedule, caller) : null,
    may ? deleteSection(schedule, caller) : null,
  ];
}

const firingRow = (firing: FiringView): Html =>
  row(
    time(firing.firedAt),
    time(firing.dueAt),
    firingBadge(firing),
    [firing.message, firing.run?.message].filter(text => text !== null && text !== undefined).join(' ') || '–',
  );

const actionsOf = ({ id, paused }: ScheduleView, caller: Identity): Html =>
  h(
    'div',
    { class: 'actions' },
    h('a', { class: 'button', href: `/ui/schedules/${id}/edit` }, 'Change'),
    paused && button(caller, `/ui/schedules/${id}/resume`, 'Resume'),
    button(caller, `/ui/schedules/${id}/trigger`, 'Run now', { tone: 'primary' }),
  );

/** Pausing what is paused changes the note. */
const pauseSection = ({ id, paused, note }: ScheduleView, caller: Identity): Html =>
  section(
    'Pause',
    h(
      'form',
      { method: 'post', action: `/ui/schedules/${id}/pause`, class: 'filters' },
      csrfField(caller),
      h('label', null, 'Why', h('input', { type: 'text', name: 'note', value: note ?? '', maxlength: 500 })),
      h('button', { type: 'submit' }, paused ? 'Change the note' : 'Pause'),
    ),
    h('p', { class: 'hint' }, 'A run under way goes on. Run now works also while it is paused.'),
  );

const deleteSection = ({ id, version }: ScheduleView, caller: Identity): Html =>
  section(
    'Delete',
    h(
      'div',
      { class: 'repair' },
      h('p', null, 'Deletes the schedule. The runs that it started stay.'),
      button(caller, `/ui/schedules/${id}/delete`, 'Delete the schedule', {
        tone: 'danger',
        fields: { version: String(version) },
      }),
    ),
  );
