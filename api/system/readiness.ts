import { databaseCheck } from '../../database/readiness';
import type { ReadinessCheck } from '../../telemetry/readiness';
import { taskQueues } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';

/** What this process needs in order to serve: a migrated database, and Temporal. Whether somebody takes the work is a matter of `/health`. */
export const readinessChecks = ({ database, temporal }: Pick<ApiDependencies, 'database' | 'temporal'>): ReadinessCheck[] => [
  databaseCheck(database),
  {
    part: 'temporal',
    problem: async () => {
      await temporal.pollers(taskQueues.control);
      return undefined;
    },
    unanswered: 'Temporal does not answer, or refuses.',
  },
];
