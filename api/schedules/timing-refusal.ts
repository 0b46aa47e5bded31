import type { ScheduleTiming } from '../../domain/schedules/schedule';
import { Problem } from '../errors';
import { ScheduleTimingError } from './errors';

/** Answers what Temporal did not understand as a wrong value of the body; throws every other error on. */
export const timingRefusal =
  (timing: ScheduleTiming) =>
  (error: unknown): never => {
    if (!(error instanceof ScheduleTimingError)) throw error;
    const [pointer, detail] = wordsFor(error.message, timing);
    throw new Problem('invalid-body', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] });
  };

function wordsFor(message: string, { cron, everySeconds }: ScheduleTiming): [pointer: string, detail: string] {
  if (/time ?zone/i.test(message))
    return ['/timeZone', 'Temporal does not know this time zone. Give one of the IANA list, such as UTC.'];
  if (everySeconds !== null) return ['/offsetSeconds', 'Give less than everySeconds.'];
  const reason = message.replace(/^(invalid schedule spec: )?/i, '').trim();
  return [
    '/cron',
    `Temporal does not understand "${cron}": ${reason}. Fields are minute, hour, day of month, month, day of week.`,
  ];
}
