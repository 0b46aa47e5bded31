/** Temporal does not understand when a schedule is due. Its words say what is wrong; correct the cron text, the interval or the time zone. */
export class ScheduleTimingError extends Error {
  override readonly name = 'ScheduleTimingError';
}
