import type { ScheduleView } from '../../api/schedules/schema';
import { requireChoice } from '../choice';
import { UsageError } from '../errors';
import { numberOf, type OptionSpecs, type Values } from '../options';
import { objectKinds } from '../runs/kinds';

/** In step with the API's, or this does not compile. */
const overlaps: Record<ScheduleView['overlap'], true> = { skip: true, buffer_one: true, cancel_other: true };
const overlapNames = Object.keys(overlaps);

/** Flags of what a schedule is, for `create` and `change`. */
export const scheduleOptions = {
  cron: { type: 'string', value: 'TEXT', help: "When: minute, hour, day of month, month, day of week, such as '17 3 * * *'." },
  every: { type: 'string', value: 'SECONDS', help: 'Or every so many seconds, at their multiples.' },
  offset: { type: 'string', value: 'SECONDS', help: 'Of --every: how long after each multiple.' },
  'time-zone': { type: 'string', value: 'ZONE', help: 'In which cron is read, such as Europe/Berlin; UTC unless given.' },
  jitter: { type: 'string', value: 'SECONDS', help: 'Each time is late by up to so much, at random.' },
  overlap: {
    type: 'string',
    value: 'POLICY',
    choices: overlapNames,
    help: 'When its last sync still runs: skip, buffer_one or cancel_other.',
  },
  'catch-up': { type: 'string', value: 'SECONDS', help: 'How late a time may still count that Temporal was not there for.' },
  'pause-on-failure': { type: 'boolean', help: 'Pause after a sync that failed, was partial or was refused.' },
  'no-pause-on-failure': { type: 'boolean', help: 'Go on after such a sync.' },
  'dry-run': { type: 'boolean', help: 'Stop after the plan.' },
  'no-dry-run': { type: 'boolean', help: 'Write what was planned.' },
  endpoint: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'Only this endpoint; may be repeated. "all" for all enabled ones.',
  },
  type: {
    type: 'string',
    multiple: true,
    value: 'KIND',
    choices: objectKinds,
    help: 'Only this kind; may be repeated. "all" for all kinds.',
  },
  owner: { type: 'string', value: 'USER', help: 'The user whom it acts as; whoever creates it unless given.' },
  note: { type: 'string', value: 'TEXT', help: "Anything to remember; '' for none." },
} as const satisfies OptionSpecs;

type ScheduleValues = Values<typeof scheduleOptions>;

/** The body's fields that the flags gave; what is absent stays as it is. */
export function scheduleFieldsOf(values: ScheduleValues): Record<string, unknown> {
  const { cron, 'time-zone': timeZone, overlap, endpoint, type, owner, note } = values;
  if (overlap !== undefined) requireChoice(overlap, overlapNames, 'overlap policy');
  for (const kind of type ?? []) if (kind !== 'all') requireChoice(kind, objectKinds, 'kind of objects');
  if (cron !== undefined && values.every !== undefined) throw new UsageError('Give one of --cron and --every.');
  const pauseOnFailure = either(values, 'pause-on-failure');
  const dryRun = either(values, 'dry-run');
  return {
    ...(cron !== undefined && { cron }),
    ...secondsOf(values, 'every', 'everySeconds'),
    ...secondsOf(values, 'offset', 'offsetSeconds'),
    ...(timeZone !== undefined && { timeZone }),
    ...secondsOf(values, 'jitter', 'jitterSeconds'),
    ...(overlap !== undefined && { overlap }),
    ...secondsOf(values, 'catch-up', 'catchUpSeconds'),
    ...(pauseOnFailure !== undefined && { pauseOnFailure }),
    ...(dryRun !== undefined && { dryRun }),
    ...(endpoint !== undefined && { endpoints: allOr(endpoint) }),
    ...(type !== undefined && { kinds: allOr(type) }),
    ...(owner !== undefined && { owner }),
    ...(note !== undefined && { note: note === '' ? null : note }),
  };
}

function secondsOf(
  values: ScheduleValues,
  flag: 'every' | 'offset' | 'jitter' | 'catch-up',
  field: string,
): Record<string, number> {
  return values[flag] === undefined ? {} : { [field]: numberOf(values[flag], `--${flag}`, 0) };
}

function either(values: ScheduleValues, flag: 'pause-on-failure' | 'dry-run'): boolean | undefined {
  if (values[flag] === true && values[`no-${flag}`] === true)
    throw new UsageError(`--${flag} and --no-${flag} contradict each other.`);
  if (values[flag] === true) return true;
  return values[`no-${flag}`] === true ? false : undefined;
}

const allOr = (names: readonly string[]): string[] | null => (names.includes('all') ? null : [...new Set(names)]);
