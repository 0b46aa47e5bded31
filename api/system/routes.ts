import type { Router } from 'express';
import packageJson from '../../package.json';
import { readinessOf } from '../../telemetry/readiness';
import { taskQueues } from '../../workflows/names';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { openApiDocument } from '../openapi/document';
import { checkHealth } from './health';
import { readinessChecks } from './readiness';
import type { LiveView, MetaView, ReadyView } from './schema';

export function systemRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { databaseEngine, temporalUi } = dependencies;

  on('GET /health', async (_req, res) => {
    const health = await checkHealth(dependencies);
    res.status(health.status === 'unavailable' ? 503 : 200).json(health);
  });

  on('GET /health/live', (_req, res) => {
    const live: LiveView = { status: 'live' };
    res.json(live);
  });

  on('GET /health/ready', async (_req, res) => {
    const ready: ReadyView = await readinessOf(readinessChecks(dependencies));
    res.status(ready.status === 'ready' ? 200 : 503).json(ready);
  });

  on('GET /meta', (_req, res) => {
    const meta: MetaView = {
      name: packageJson.name,
      version: packageJson.version,
      databaseEngine,
      temporal: { uiUrl: temporalUi.url ?? null, namespace: temporalUi.namespace, taskQueues: Object.values(taskQueues) },
    };
    res.json(meta);
  });

  on('GET /openapi.json', (_req, res) => {
    res.json(openApiDocument());
  });

  return router;
}
