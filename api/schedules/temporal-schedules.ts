import {
  type Client,
  isGrpcServiceError,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
} from '@temporalio/client';
import type { OverlapPolicy, Schedule } from '../../domain/schedules/schedule';
import { searchAttributes } from '../../temporal/search-attributes';
import { taskQueues, workflowIds, workflowTypes, type ScheduledSyncInput } from '../../workflows/names';
import { ScheduleTimingError } from './errors';

/** What Temporal knows of a schedule. */
export interface TemporalSchedule {
  /** The version of the row that Temporal was told last. */
  version: number | undefined;
  paused: boolean;
  note: string | null;
  /** Whether its last sync still runs. */
  running: boolean;
  nextTimes: Date[];
  skippedOverlaps: number;
  missedCatchUps: number;
}

/** What the API asks of Temporal about schedules. Calls are bounded in time, and throw TemporalUnavailableError when they fail. */
export interface TemporalSchedules {
  /** Makes Temporal's Schedule what the row says, whether there is one or not. @throws ScheduleTimingError */
  put(schedule: Schedule): Promise<void>;
  /** Undefined when there is none. */
  find(scheduleId: string): Promise<TemporalSchedule | undefined>;
  /** Does nothing when there is none. */
  remove(scheduleId: string): Promise<void>;
  /** Starts it now, unless its last sync still runs. False when there is none. */
  trigger(scheduleId: string): Promise<boolean>;
  /** Starts it for each time of a range that is over. False when there is none. */
  backfill(scheduleId: string, range: BackfillRange): Promise<boolean>;
  /** Sets up the daily purge, once for all. */
  ensureRetention(): Promise<void>;
}

export interface BackfillRange {
  from: Date;
  to: Date;
  overlap: 'skip' | 'buffer_one' | 'buffer_all';
}

type Call = <T>(work: () => Promise<T>) => Promise<T>;

export function createTemporalSchedules(client: Client, call: Call): TemporalSchedules {
  const handleOf = (scheduleId: string) => client.schedule.getHandle(workflowIds.scheduledSync(scheduleId));
  const ifThere = <T>(work: () => Promise<T>): Promise<T | undefined> =>
    call(async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return undefined;
        throw error;
      }
    });
  return {
    async put(schedule) {
      const problem = await call(() => put(client, schedule));
      if (problem !== undefined) throw new ScheduleTimingError(problem);
    },
    find: scheduleId => ifThere(async () => describe(await handleOf(scheduleId).describe())),
    remove: scheduleId => ifThere(() => handleOf(scheduleId).delete()),
    trigger: async scheduleId =>
      (await ifThere(async () => {
        // With a policy under which two may run side by side, Temporal would not watch how this one ends.
        await handleOf(scheduleId).trigger('SKIP');
        return true;
      })) ?? false,
    backfill: async (scheduleId, { from: start, to: end, overlap }) =>
      (await ifThere(async () => {
        await handleOf(scheduleId).backfill({ start, end, overlap: backfillPolicies[overlap] });
        return true;
      })) ?? false,
    ensureRetention: () => call(() => createOnce(client, dailyPurge)),
  };
}

/** Gives Temporal's words when it does not understand the timing. */
async function put(client: Client, schedule: Schedule): Promise<string | undefined> {
  const { scheduleId, ...options } = optionsOf(schedule);
  try {
    try {
      await client.schedule.getHandle(scheduleId).update(() => ({ ...options, state: options.state ?? {} }));
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      await client.schedule.create({ scheduleId, ...options });
    }
  } catch (error) {
    const problem = timingProblem(error);
    if (problem === undefined) throw error;
    return problem;
  }
  return undefined;
}

const overlaps = { skip: 'SKIP', buffer_one: 'BUFFER_ONE', cancel_other: 'CANCEL_OTHER' } as const satisfies Record<
  OverlapPolicy,
  string
>;
const backfillPolicies = { skip: 'SKIP', buffer_one: 'BUFFER_ONE', buffer_all: 'BUFFER_ALL' } as const;

function optionsOf(schedule: Schedule): ScheduleOptions {
  const { id, name, cron, everySeconds, offsetSeconds, timeZone, jitterSeconds, note } = schedule;
  const input: ScheduledSyncInput = { scheduleId: id, version: schedule.version };
  return {
    scheduleId: workflowIds.scheduledSync(id),
    spec: {
      ...(cron !== null && { cronExpressions: [cron] }),
      ...(everySeconds !== null && { intervals: [{ every: everySeconds * 1_000, offset: offsetSeconds * 1_000 }] }),
      timezone: timeZone,
      jitter: jitterSeconds * 1_000,
    },
    action: {
      type: 'startWorkflow',
      workflowType: workflowTypes.scheduledSync,
      workflowId: workflowIds.scheduledSync(id),
      args: [input],
      taskQueue: taskQueues.control,
      staticSummary: `Schedule ${name}`,
      typedSearchAttributes: [
        { key: searchAttributes.runKind, value: 'scheduled-sync' },
        { key: searchAttributes.dryRun, value: schedule.dryRun },
      ],
    },
    policies: {
      overlap: overlaps[schedule.overlap],
      catchupWindow: schedule.catchUpSeconds * 1_000,
      pauseOnFailure: schedule.pauseOnFailure,
    },
    state: { paused: schedule.paused, ...(note !== null && { note }) },
  };
}

/** Every night, somewhere between three and four: not every installation at once. */
const dailyPurge: ScheduleOptions = {
  scheduleId: workflowIds.retention,
  spec: { calendars: [{ hour: 3, minute: 7 }], jitter: '45 minutes' },
  action: {
    type: 'startWorkflow',
    workflowType: workflowTypes.retention,
    workflowId: workflowIds.retention,
    taskQueue: taskQueues.control,
    staticSummary: 'Daily purge of old runs',
    typedSearchAttributes: [{ key: searchAttributes.runKind, value: 'retention' }],
  },
  policies: { overlap: 'SKIP', catchupWindow: '1 day' },
};

/** An operator may pause or change it in Temporal: that stays. */
async function createOnce(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

function describe({ action, state, info }: ScheduleDescription): TemporalSchedule {
  const input: unknown = action.args?.[0];
  const version: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'version') : undefined;
  return {
    version: typeof version === 'number' ? version : undefined,
    paused: state.paused,
    note: state.note === undefined || state.note === '' ? null : state.note,
    running: info.runningActions.length > 0,
    nextTimes: info.nextActionTimes,
    skippedOverlaps: info.numActionsSkippedOverlap,
    missedCatchUps: info.numActionsMissedCatchupWindow,
  };
}

const INVALID_ARGUMENT = 3;

/** The SDK gives the server's words as a TypeError for some of them, and keeps others in the cause of its own error. */
function timingProblem(error: unknown): string | undefined {
  if (error instanceof TypeError) return error.message;
  if (isGrpcServiceError(error)) return Number(error.code) === INVALID_ARGUMENT ? error.details : undefined;
  return error instanceof Error && error.cause !== undefined ? timingProblem(error.cause) : undefined;
}
