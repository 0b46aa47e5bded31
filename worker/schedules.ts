import type { Pool } from 'pg';
import { createRetentionActivities, type RetentionActivities } from '../activities/retention/activities';
import { createScheduleActivities, type ScheduleActivities } from '../activities/schedules/activities';
import type { Config } from '../config/config';
import { openFiring } from '../database/open-firing';
import { purge } from '../database/purge';
import { findRun } from '../database/repositories/run-records';
import { createWorkerSettings } from './policy';

/** Puts together what Temporal's Schedules start: scheduled syncs, and the daily purge. */
export function composeSchedules(config: Pick<Config, 'settings'>, pool: Pool): ScheduleActivities & RetentionActivities {
  const settings = createWorkerSettings(pool, config.settings);
  return {
    ...createScheduleActivities({
      openFiring: (request, workflowIdOf) => openFiring(pool, request, workflowIdOf),
      findRun: runId => findRun(pool, runId),
    }),
    ...createRetentionActivities({
      purge: async () => {
        const { run_retention_days: runDays, observation_retention_days: observationDays } = await settings.ofInstallation();
        return purge(pool, { runDays, observationDays });
      },
    }),
  };
}
