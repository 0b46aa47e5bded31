import { z } from 'zod';
import { reflectionKindNames } from '../../domain/reflection/kind-names';
import { overlapPolicies } from '../../domain/schedules/schedule';
import { listOf } from '../paging';
import { runStates } from '../runs/schema';
import { plainText } from '../text';

const YEAR_SECONDS = 31_536_000;

const seconds = (min: number, max: number) => z.number().int().min(min).max(max);

const timeZone = plainText(100).refine(isTimeZone, 'Give a time zone of the IANA list, such as UTC or Europe/Berlin.');

const fields = {
  name: plainText(100),
  owner: plainText(150).describe('Id or name of the user whom it acts as. Another than oneself needs manage_users.'),
  cron: plainText(200).nullable().describe('Five to seven fields, or a shorthand such as @daily. Either this or everySeconds.'),
  everySeconds: seconds(10, YEAR_SECONDS).nullable(),
  offsetSeconds: seconds(0, YEAR_SECONDS).describe('Of everySeconds: how long after each multiple, counted from 1970.'),
  timeZone: timeZone.describe('In which cron is read.'),
  jitterSeconds: seconds(0, 86_400).describe('Each time is late by up to so much, at random.'),
  overlap: z.enum(overlapPolicies).describe('What happens when it is due while its last sync still runs.'),
  catchUpSeconds: seconds(10, YEAR_SECONDS).describe('How late a time may still count that Temporal was not there for.'),
  pauseOnFailure: z.boolean().describe('Pause after a sync that failed, was partial or was refused.'),
  paused: z.boolean(),
  note: plainText(500).nullable().describe('Why it is paused, or anything else.'),
  dryRun: z.boolean().describe('Stop after the plan.'),
  endpoints: z.array(plainText(100)).min(1).max(500).nullable().describe('Ids or names; null for all enabled ones.'),
  kinds: z.array(z.enum(reflectionKindNames)).min(1).nullable().describe('Null for all kinds.'),
};

export const scheduleCreateSchema = z
  .strictObject({
    name: fields.name,
    owner: fields.owner.optional(),
    cron: fields.cron.default(null),
    everySeconds: fields.everySeconds.default(null),
    offsetSeconds: fields.offsetSeconds.default(0),
    timeZone: fields.timeZone.default('UTC'),
    jitterSeconds: fields.jitterSeconds.default(0),
    overlap: fields.overlap.default('skip'),
    catchUpSeconds: fields.catchUpSeconds.default(600),
    pauseOnFailure: fields.pauseOnFailure.default(false),
    paused: fields.paused.default(false),
    note: fields.note.default(null),
    dryRun: fields.dryRun.default(false),
    endpoints: fields.endpoints.default(null),
    kinds: fields.kinds.default(null),
  })
  .refine(({ cron, everySeconds }) => (cron === null) !== (everySeconds === null), {
    path: ['cron'],
    message: 'Give either cron or everySeconds.',
  });
export type ScheduleCreate = z.output<typeof scheduleCreateSchema>;

/** What is absent stays as it is. Giving one of cron and everySeconds takes the other away. */
export const schedulePatchSchema = z
  .strictObject(fields)
  .partial()
  .refine(({ cron, everySeconds }) => !(typeof cron === 'string' && typeof everySeconds === 'number'), {
    path: ['cron'],
    message: 'Give either cron or everySeconds.',
  });
export type SchedulePatch = z.output<typeof schedulePatchSchema>;

export const schedulePauseSchema = z.strictObject({ note: fields.note.default(null) });

const moment = z.iso.datetime({ offset: true }).transform(text => new Date(text));

const LONGEST_BACKFILL_MS = 7 * 24 * 60 * 60 * 1_000;

export const scheduleBackfillSchema = z
  .strictObject({
    from: moment,
    to: moment,
    overlap: z
      .enum(['skip', 'buffer_one', 'buffer_all'])
      .default('buffer_one')
      .describe('Of times that come while another runs: none of them, one more at the end, or each, one after the other.'),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'Give a time after the first.' })
  .refine(({ to }) => to.getTime() <= Date.now() + 1_000, { path: ['to'], message: 'Give a time that is over.' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= LONGEST_BACKFILL_MS, {
    path: ['from'],
    message: 'Give seven days at most: a sync brings NetBox to what is now, not to what was then.',
  });
export type ScheduleBackfill = z.output<typeof scheduleBackfillSchema>;

// What is answered --------------------------------------------------------------------------------------------------------

const time = z.iso.datetime();

export const firingView = z.strictObject({
  result: z
    .enum(['started', 'skipped', 'refused'])
    .describe(
      '`skipped`: a sync that covers this one ran already. `refused`: its owner may not do it, or nothing is left to synchronise.',
    ),
  message: z.string().nullable(),
  run: z
    .strictObject({
      id: z.uuid(),
      state: z.enum(runStates).nullable().describe('Null for a run that was purged.'),
      reason: z.string().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  dueAt: time.nullable(),
  firedAt: time,
});
export type FiringView = z.output<typeof firingView>;

export const scheduleView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  owner: z
    .strictObject({ id: z.uuid(), username: z.string().nullable().describe('Null for a user who was deleted.') })
    .describe('Whom it acts as. Their rights are read again each time.'),
  cron: z.string().nullable(),
  everySeconds: z.number().int().nullable(),
  offsetSeconds: z.number().int(),
  timeZone: z.string(),
  jitterSeconds: z.number().int(),
  overlap: z.enum(overlapPolicies),
  catchUpSeconds: z.number().int(),
  pauseOnFailure: z.boolean(),
  paused: z.boolean(),
  note: z.string().nullable(),
  dryRun: z.boolean(),
  endpoints: z
    .array(z.strictObject({ id: z.uuid(), name: z.string().nullable().describe('Null for one that was deleted.') }))
    .nullable()
    .describe('Null: all enabled ones.'),
  kinds: z.array(z.enum(reflectionKindNames)).nullable(),
  nextTimes: z.array(time).nullable().describe('When it is due next, with its jitter; null while Temporal does not answer.'),
  skippedOverlaps: z.number().int().nullable().describe('Times left out because its last sync still ran.'),
  missedCatchUps: z
    .number()
    .int()
    .nullable()
    .describe('Times that Temporal was not there for, and that were too late afterwards.'),
  firings: z.array(firingView).describe('What came of the last times, from the newest on.'),
  temporal: z.strictObject({ id: z.string(), url: z.string().nullable() }).describe("Temporal's Schedule."),
  version: z.number().int(),
  createdAt: time,
  updatedAt: time,
});
export type ScheduleView = z.output<typeof scheduleView>;

export const scheduleListView = listOf(scheduleView);
export type ScheduleListView = z.output<typeof scheduleListView>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(name);
  } catch {
    return false;
  }
}
