import express, { type Express } from 'express';
import helmet from 'helmet';
import { requireApiKey } from './authenticate';
import type { ApiDependencies } from './dependencies';
import { endpointRoutes } from './endpoints/routes';
import { answerProblems, noSuchRoute } from './problem-json';
import { logRequests, nameRequests } from './request-id';
import { runRoutes } from './runs/routes';
import { systemRoutes } from './system/routes';

/** The HTTP interface. Answers carry an ETag only where one can be used in If-Match, and nothing is cached on the way. */
export function createApp(dependencies: ApiDependencies): Express {
  const app = express();
  app.set('etag', false);

  app.use(nameRequests, logRequests(dependencies.log), helmet());
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });

  app.use(systemRoutes(dependencies));
  app.use(requireApiKey(dependencies.authenticate));
  app.use(express.json({ limit: '256kb', type: ['application/json', 'application/*+json'] }));
  app.use(endpointRoutes(dependencies));
  app.use(runRoutes(dependencies));

  app.use(noSuchRoute, answerProblems(dependencies.log));
  return app;
}
