import type { FiringView, ScheduleView } from '../../api/schedules/schema';
import type { Paints } from '../output/colors';
import { type Cell, properties, table } from '../output/table';
import { statePaint } from '../runs/report';
import { stateText } from '../runs/states';
import { timeText } from '../runs/times';

/** One line for each schedule. */
export function scheduleTable(schedules: readonly ScheduleView[], paints: Paints): string[] {
  const head = ['NAME', 'WHEN', 'NEXT', 'LAST', 'STATE', 'AS'].map(text => ({ text, paint: paints.bold }));
  const rows = schedules.map((schedule): Cell[] => [
    schedule.name,
    whenText(schedule),
    nextText(schedule),
    schedule.firings[0] === undefined ? 'never' : firingCell(schedule.firings[0], paints),
    schedule.paused ? { text: 'paused', paint: paints.yellow } : { text: 'active', paint: paints.green },
    ownerText(schedule),
  ]);
  return table([head, ...rows]);
}

/** Everything about a schedule, for people. */
export function reportSchedule(schedule: ScheduleView, paints: Paints): string[] {
  const { endpoints, kinds, firings } = schedule;
  const lines = properties([
    ['name', schedule.name],
    ['id', schedule.id],
    ['when', whenText(schedule)],
    ['next', nextText(schedule)],
    ['paused', schedule.paused ? 'yes' : 'no'],
    ['note', schedule.note],
    ['acts as', ownerText(schedule)],
    [
      'endpoints',
      endpoints === null ? 'all enabled ones' : endpoints.map(({ id, name }) => name ?? `${id} (deleted)`).join(', '),
    ],
    ['kinds', kinds === null ? 'all' : kinds.join(', ')],
    ['writes', schedule.dryRun ? 'no: stops after the plan' : 'yes'],
    ['overlap', schedule.overlap],
    ['catch-up', `${schedule.catchUpSeconds} s`],
    ['pause on failure', schedule.pauseOnFailure ? 'yes' : 'no'],
    ['skipped overlaps', schedule.skippedOverlaps === null ? null : String(schedule.skippedOverlaps)],
    ['missed', schedule.missedCatchUps === null ? null : String(schedule.missedCatchUps)],
    ['in Temporal', schedule.temporal.url ?? schedule.temporal.id],
  ]);
  const last = firings.map((firing): Cell[] => [
    `  ${timeText(firing.firedAt)}`,
    firingCell(firing, paints),
    firing.run?.id ?? '',
    firing.message ?? firing.run?.message ?? '',
  ]);
  return [...lines, ...(last.length === 0 ? [] : ['', 'last times:', ...table(last)])];
}

function whenText({ cron, everySeconds, offsetSeconds, timeZone, jitterSeconds }: ScheduleView): string {
  const when =
    cron === null ? `every ${everySeconds} s${offsetSeconds > 0 ? ` + ${offsetSeconds} s` : ''}` : `${cron} ${timeZone}`;
  return jitterSeconds > 0 ? `${when}, up to ${jitterSeconds} s late` : when;
}

function nextText({ nextTimes, paused }: ScheduleView): string {
  if (nextTimes === null) return 'unknown: Temporal does not answer';
  const [next] = nextTimes;
  return paused || next === undefined ? '–' : timeText(next);
}

const ownerText = ({ owner }: ScheduleView): string => owner.username ?? 'a deleted user';

function firingCell({ result, run }: FiringView, paints: Paints): Cell {
  if (result === 'refused') return { text: 'refused', paint: paints.red };
  if (result === 'skipped') return { text: 'skipped', paint: paints.yellow };
  const state = run?.state ?? null;
  return state === null ? 'started' : { text: stateText(state), paint: statePaint(state, paints) };
}
