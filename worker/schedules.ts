import type { Pool } from 'pg';
import { createRetentionActivities, type RetentionActivities } from '../activities/retention/activities';
import { createScheduleActivities, type ScheduleActivities } from '../activities/schedules/activities';
import type { Config } from '../config/config';
import { AuditChain } from '../database/audit-chain';
import { openAuditKey } from '../database/audit-key';
import { openFiring } from '../database/open-firing';
import { purge } from '../database/purge';
import { findRun } from '../database/repositories/run-records';
import { isFiringAudited } from '../database/repositories/schedule-firings';
import { createWorkerSettings } from './policy';

/** Puts together what Temporal's Schedules start: scheduled syncs, and the daily purge. */
export async function composeSchedules(config: Config, pool: Pool): Promise<ScheduleActivities & RetentionActivities> {
  const chain = new AuditChain(pool, await openAuditKey(config));
  const settings = createWorkerSettings(pool, config.settings);
  return {
    ...createScheduleActivities({
      openFiring: (request, workflowIdOf) => openFiring(pool, request, workflowIdOf),
      audit: {
        hasFiring: request => isFiringAudited(pool, request),
        note: async (entry, result) => void (await chain.note(entry, result)),
      },
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
