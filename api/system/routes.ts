import type { Router } from 'express';
import packageJson from '../../package.json';
import { taskQueues } from '../../workflows/names';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { checkHealth } from './health';
import { openApiDocument } from '../openapi/document';
import type { MetaView } from './schema';

export function systemRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { databaseEngine, temporalUi } = dependencies;

  on('GET /health', async (_req, res) => {
    const health = await checkHealth(dependencies);
    res.status(health.status === 'unavailable' ? 503 : 200).json(health);
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

  return router;
}
  on('GET /openapi.json', (_req, res) => {
    res.json(openApiDocument());
  });

