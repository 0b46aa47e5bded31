import type { ReflectionKindName } from '../reflection/kind-names';

/**
 * What happens when a schedule is due while its last sync still runs:
 * - `skip`: this time is left out;
 * - `buffer_one`: one more sync runs as soon as the last one ends, however often it was due meanwhile;
 * - `cancel_other`: the last one is cancelled first.
 *
 * There is none that lets two run side by side: syncs of one endpoint take turns anyway.
 */
export const overlapPolicies = ['skip', 'buffer_one', 'cancel_other'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** When a schedule is due. Either `cron` or `everySeconds` is null. */
export interface ScheduleTiming {
  /** Five to seven fields, or a shorthand such as `@daily`, read in the time zone. */
  cron: string | null;
  everySeconds: number | null;
  /** Of `everySeconds`: how long after each multiple, counted from 1970. */
  offsetSeconds: number;
  /** IANA name. */
  timeZone: string;
  /** Each time is late by up to so much, at random, so that many schedules do not start together. */
  jitterSeconds: number;
}

/** What people decide about a schedule. */
export interface ScheduleFields extends ScheduleTiming {
  name: string;
  /** The user whom it acts as. */
  ownerId: string;
  overlap: OverlapPolicy;
  /** How late a time may still count that Temporal was not there for. */
  catchUpSeconds: number;
  /** Pauses itself after a sync that failed, was partial or was refused. */
  pauseOnFailure: boolean;
  paused: boolean;
  note: string | null;
  dryRun: boolean;
  /** Null: all enabled endpoints, those of later included. */
  endpoints: readonly string[] | null;
  /** Null: all kinds. */
  kinds: readonly ReflectionKindName[] | null;
}

export interface Schedule extends ScheduleFields {
  id: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * What came of one time: `skipped` when a sync that covers this one ran already; `refused` when its owner may not do it any more, or
 * nothing is left to synchronise.
 */
export type FiringResult = 'started' | 'skipped' | 'refused';
