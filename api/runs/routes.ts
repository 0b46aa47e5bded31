import type { Request, Response, Router } from 'express';
import { listFindings } from '../../database/repositories/finding-reads';
import { listChanges } from '../../database/repositories/plan-reads';
import { listRuns } from '../../database/repositories/run-reads';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { decodeCursor, encodeCursor, setNextLink } from '../paging';
import { bodyOf, idOf, queryOf } from '../validate';
import { acceptRun, runOf } from './accept';
import { confirmRun, requestCancel } from './decide';
import { runEvents } from './events';
import { launchFullSync, launchRelink } from './launch';
import {
  confirmSchema,
  type FindingListView,
  findingsQuery,
  fullUpdateSchema,
  planQuery,
  type PlanView,
  rowCursorSchema,
  runCursorSchema,
  runListQuery,
  type RunListView,
} from './schema';
import { scopeOf } from './scope';
import { summariseRun, viewChange, viewRun } from './view';
import { visiblePart } from './visible';

export function runRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database, temporalUi } = dependencies;

  const accept = (req: Request, res: Response, runId: string): Promise<void> => acceptRun(dependencies, req, res, runId);

  const nextOf = (req: Request, res: Response, next: object | undefined): string | null => {
    const cursor = next === undefined ? null : encodeCursor(next);
    setNextLink(req, res, cursor);
    return cursor;
  };

  on('POST /full-update', async (req, res) => {
    const scope = await scopeOf(database, bodyOf(req, fullUpdateSchema), res.locals.caller);
    await accept(req, res, await launchFullSync(dependencies, res.locals, scope));
  });

  on('POST /endpoints/:id/relink', async (req, res) => {
    await accept(req, res, await launchRelink(dependencies, res.locals, idOf(req, 'endpoint')));
  });

  on('GET /runs', async (req, res) => {
    const { caller } = res.locals;
    const { cursor, limit, ...wanted } = queryOf(req, runListQuery);
    const filter = { ...wanted, on: caller.endpointsWith('view') };
    const { runs, next } = await listRuns(database, filter, { after: decodeCursor(cursor, runCursorSchema), limit });
    const answer: RunListView = {
      items: runs.map(run => summariseRun(visiblePart(run, caller), temporalUi)),
      nextCursor: nextOf(req, res, next),
    };
    res.json(answer);
  });

  on('GET /runs/:id', async (req, res) => {
    res.json(await viewRun(database, visiblePart(await runOf(database, idOf(req, 'run')), res.locals.caller), temporalUi));
  });

  on('GET /runs/:id/events', runEvents(dependencies));

  on('GET /runs/:id/plan', async (req, res) => {
    const { cursor, limit, q: text, ...filter } = queryOf(req, planQuery);
    const { id } = await runOf(database, idOf(req, 'run'));
    const { rows, next } = await listChanges(
      database,
      id,
      { ...filter, text },
      { after: decodeCursor(cursor, rowCursorSchema), limit },
    );
    const answer: PlanView = { items: rows.map(viewChange), nextCursor: nextOf(req, res, next) };
    res.json(answer);
  });

  on('GET /runs/:id/findings', async (req, res) => {
    const { cursor, limit, ...filter } = queryOf(req, findingsQuery);
    const { id } = await runOf(database, idOf(req, 'run'));
    const { rows, next } = await listFindings(database, id, filter, { after: decodeCursor(cursor, rowCursorSchema), limit });
    const answer: FindingListView = { items: rows, nextCursor: nextOf(req, res, next) };
    res.json(answer);
  });

  on('POST /runs/:id/confirm', async (req, res) => {
    await accept(req, res, await confirmRun(dependencies, res.locals, idOf(req, 'run'), bodyOf(req, confirmSchema).planDigest));
  });

  on('POST /runs/:id/cancel', async (req, res) => {
    const runId = idOf(req, 'run');
    await requestCancel(dependencies, res.locals, runId);
    await accept(req, res, runId);
  });

  return router;
}
