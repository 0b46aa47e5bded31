import { Router } from 'express';
import packageJson from '../../package.json';
import { taskQueues } from '../../workflows/names';
import type { ApiDependencies } from '../dependencies';
import { checkHealth } from './health';
import type { MetaView } from './schema';

/** What needs no key. */
export function systemRoutes(dependencies: ApiDependencies): Router {
  const router = Router();
  const { databaseEngine, temporalUi } = dependencies;

  router.get('/health', async (_req, res) => {
    const health = await checkHealth(dependencies);
    res.status(health.status === 'unavailable' ? 503 : 200).json(health);
  });

  router.get('/meta', (_req, res) => {
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
