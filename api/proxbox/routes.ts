import type { Router } from 'express';
import { type BootstrapCheck, lastBootstrapCheck } from '../../database/repositories/bootstrap-checks';
import { listActiveRuns } from '../../database/repositories/run-reads';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { summariseRun } from '../runs/view';
import { visiblePart } from '../runs/visible';
import type { ActiveSyncView, BootstrapStatusView } from './schema';

/** Routes that programs know by the names that Proxbox gives them. */
export function proxboxRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database, temporalUi } = dependencies;

  on('GET /sync/active', async (_req, res) => {
    const { caller } = res.locals;
    const found = await listActiveRuns(database, caller.endpointsWith('view'));
    const runs = found.map(run => summariseRun(visiblePart(run, caller), temporalUi));
    const [oldest] = runs;
    const answer: ActiveSyncView = {
      active: oldest !== undefined,
      started_at: oldest?.startedAt ?? null,
      id: oldest?.id ?? null,
      kind: oldest?.kind ?? null,
      runs,
    };
    res.json(answer);
  });

  on('GET /extras/bootstrap-status', async (_req, res) => {
    const check = await lastBootstrapCheck(database, res.locals.caller.endpointsWith('view'));
    res.json(check === undefined ? unchecked : viewCheck(check));
  });

  return router;
}

const unchecked: BootstrapStatusView = {
  ok: false,
  skipped: true,
  reason: 'No sync has looked into NetBox yet. Start one with POST /full-update.',
  warnings: [],
  created: 0,
  patched: 0,
  checkedAt: null,
  run: null,
};

const viewCheck = ({ runId, checkedAt, created, patched, warnings }: BootstrapCheck): BootstrapStatusView => ({
  ok: warnings.length === 0,
  skipped: false,
  reason: warnings.length === 0 ? null : 'Something could not be made; warnings says what.',
  warnings,
  created,
  patched,
  checkedAt: checkedAt.toISOString(),
  run: runId,
});
