import { keyOf, type Step } from './standstill';

/** When the worker is killed, as seen from one request. */
export const moments = ['before it is sent', 'after its effect', 'after its answer', 'after its activity'] as const;
export type Moment = (typeof moments)[number];

/** One request of an undisturbed way, and the step in which work for the guest stands still for each of the four moments. */
export interface CrashPoint {
  activity: string;
  request: string;
  stops: Readonly<Record<Moment, string>>;
}

/** A read has no effect: before it and after it everything is the same. */
export const isRead = (request: string): boolean => /^\w+ GET /.test(request);

const isReading = (step: Step): boolean => 'request' in step && isRead(step.request);

/** Reads that are repeated as often as time or the number of other guests will have it: the first of them stands for all. */
const isRepeated = (request: string): boolean => /\{upid\}|\{other\}/.test(request) && !request.endsWith('#1');
/** What a process asks NetBox once, for whichever guest comes first. */
const isShared = (request: string): boolean => request.startsWith('NetBox GET /status/');

/**
 * @param steps of one guest, in the order in which they were reached.
 * @param reads `each`: work stands still at each read. `as one`: reads that follow each other within an activity leave everything as it was, so that a
 * worker which is killed at any of them leaves the same: work stands still once for them all, before what comes next.
 */
export function crashPoints(steps: readonly Step[], reads: 'each' | 'as one' = 'each'): CrashPoint[] {
  const once = steps.filter(step => !('request' in step && (isRepeated(step.request) || isShared(step.request))));
  const stopOf = (step: Step): string => {
    if (reads === 'each' || step.at !== 'before' || !isRead(step.request)) return keyOf(step);
    const { activity } = step;
    return keyOf(once.slice(once.indexOf(step)).find(each => each.activity === activity && !isReading(each)) ?? step);
  };
  return once.flatMap((step, index) => {
    if (step.at !== 'before') return [];
    const { activity, request } = step;
    const later = once.slice(index + 1);
    const answered = later.findIndex(each => each.at === 'after' && each.activity === activity && each.request === request);
    if (answered < 0) throw new Error(`${keyOf(step)} has no answer in an undisturbed run`);
    const next = later
      .slice(answered + 1)
      .find(each => each.activity === activity && (each.at === 'before' || each.at === 'end'));
    if (!next) throw new Error(`${activity} has no end in an undisturbed run`);
    return [
      {
        activity,
        request,
        stops: {
          'before it is sent': stopOf(step),
          'after its effect': isRead(request) ? stopOf(step) : keyOf({ activity, at: 'after', request }),
          'after its answer': stopOf(next),
          'after its activity': keyOf({ activity, at: 'over' }),
        },
      },
    ];
  });
}
