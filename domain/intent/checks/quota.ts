import { blocked, type Check } from './check';
import type { PlanLimits, Usage } from './world';

const measures = [
  ['guests', 'guests'],
  ['vcpus', 'CPUs'],
  ['memoryMib', 'MiB of memory'],
  ['diskMib', 'MiB of disks'],
] as const satisfies readonly (readonly [keyof Usage & keyof PlanLimits, string])[];

/** What the endpoint's guests use together stays below its quota. A change that adds nothing is always allowed. */
export const quotaCheck: Check = {
  name: 'quota',
  run: ({ limits, run }) =>
    measures.flatMap(([name, what]) => {
      const limit = limits[name];
      const total = run.used[name] + run.added[name];
      if (limit === null || run.added[name] <= 0 || total <= limit) return [];
      return [
        blocked(
          'quota_exceeded',
          `This would make ${total} ${what} on the endpoint, and ${limit} are allowed. Free some, or raise the quota in the settings.`,
        ),
      ];
    }),
};
