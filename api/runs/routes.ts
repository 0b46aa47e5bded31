import type { Request, Response, Router } from 'express';
import { listFindings } from '../../database/repositories/finding-reads';
import { listChanges } from '../../database/repositories/plan-reads';
import { findRun, listRuns, type RunRead } from '../../database/repositories/run-reads';
import { finalRunStates } from '../../domain/run';
import { guardedRoutes } from '../auth/guarded-routes';
import type { Identity } from '../auth/identity';
import type { ApiDependencies } from '../dependencies';
import { decodeCursor, encodeCursor, setNextLink } from '../paging';
import { readUntil, waitSecondsOf } from '../prefer';
import { bodyOf, idOf, notFound, queryOf } from '../validate';
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
  type RunView,
} from './schema';
import { scopeOf } from './scope';
import { summariseRun, viewChange, viewRun } from './view';
import { visiblePart } from './visible';

export function runRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database, temporalUi } = dependencies;

  const runOf = async (id: string): Promise<RunRead> => {
    const run = await findRun(database, id);
    if (run === undefined) throw notFound('run');
    return run;
  };

  const view = (run: RunRead, caller: Identity): Promise<RunView> => viewRun(database, visiblePart(run, caller), temporalUi);

  const accept = async (req: Request, res: Response, runId: string): Promise<void> => {
    const hasEnded = ({ state }: RunRead): boolean => finalRunStates.includes(state);
    const run = await readUntil(req, res, () => runOf(runId), hasEnded);
    const answer = await view(run, res.locals.caller);
    res
      .status(waitSecondsOf(req) !== undefined && hasEnded(run) ? 200 : 202)
      .location(`/runs/${runId}`)
      .json(answer);
  };

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
    res.json(await view(await runOf(idOf(req, 'run')), res.locals.caller));
  });

  on('GET /runs/:id/events', runEvents(dependencies));

  on('GET /runs/:id/plan', async (req, res) => {
    const { cursor, limit, q: text, ...filter } = queryOf(req, planQuery);
    const { id } = await runOf(idOf(req, 'run'));
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
    const { id } = await runOf(idOf(req, 'run'));
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
