import type { Request, Response } from 'express';
import { countChanges, listChanges } from '../../../database/repositories/plan-reads';
import { findRun, listRuns, type RunRead } from '../../../database/repositories/run-reads';
import type { ApiDependencies } from '../../dependencies';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { steerRun } from '../../intent/ask';
import { decodeCursor, encodeCursor } from '../../paging';
import { confirmRun, requestCancel } from '../../runs/decide';
import { planQuery, rowCursorSchema, runCursorSchema, runListQuery } from '../../runs/schema';
import { summariseRun, viewChange, viewRun } from '../../runs/view';
import { visiblePart } from '../../runs/visible';
import { idOf, notFound } from '../../validate';
import { typedOf } from '../form-input';
import { givenQuery } from '../given-query';
import type { GuardedPages } from '../guarded-pages';
import { sendFragment, sendPage } from '../html/layout';
import { runTitle } from '../html/run-row';
import { runListBody } from './list';
import { planBody } from './plan';
import { runActions } from './actions';
import { isLive, progress, runBody } from './run';
import { readStory } from './story';

/** Rows of a plan on one page. */
const PLAN_ROWS = 200;
const LIST_ROWS = 25;

export function runPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database, temporalUi } = dependencies;

  const runOf = async (req: Request, res: Response): Promise<RunRead> => {
    const run = await findRun(database, idOf(req, 'run'));
    if (run === undefined) throw notFound('run');
    return visiblePart(run, res.locals.caller);
  };

  on('GET /ui/runs', async (req, res) => {
    const { caller } = res.locals;
    const { cursor, limit: _limit, ...wanted } = givenQuery(req, runListQuery);
    const after = decodeCursor(cursor, runCursorSchema);
    const filter = { ...wanted, on: caller.endpointsWith('view') };
    const [{ runs, next }, endpoints] = await Promise.all([
      listRuns(database, filter, { after, limit: LIST_ROWS }),
      listEndpoints(database),
    ]);
    const body = runListBody({
      runs: runs.map(run => summariseRun(visiblePart(run, caller), temporalUi)),
      filter: wanted,
      endpoints: endpoints.filter(({ id }) => caller.permissions('view', id)),
      first: cursor === undefined,
      next: next === undefined ? undefined : encodeCursor(next),
    });
    sendPage(res, { title: 'Runs', place: 'runs', body });
  });

  on('GET /ui/runs/:id', async (req, res) => {
    const found = await runOf(req, res);
    const run = await viewRun(database, found, temporalUi);
    sendPage(res, {
      title: runTitle(run),
      place: 'runs',
      refresh: isLive(run) ? 3 : undefined,
      body: runBody(run, await readStory(database, run), runActions(run, found, res.locals.caller)),
    });
  });

  /** What changes while a run is at work. When it has ended, the whole page is loaded again. */
  on('GET /ui/runs/:id/progress', async (req, res) => {
    const run = await viewRun(database, await runOf(req, res), temporalUi);
    if (!isLive(run)) res.set('HX-Refresh', 'true');
    sendFragment(res, progress(run, await readStory(database, run)));
  });

  on('GET /ui/runs/:id/plan', async (req, res) => {
    const run = await runOf(req, res);
    const { cursor, limit: _limit, q: text, ...filter } = givenQuery(req, planQuery);
    const after = decodeCursor(cursor, rowCursorSchema);
    const [totals, { rows, next }] = await Promise.all([
      countChanges(database, run.id),
      listChanges(database, run.id, { ...filter, text }, { after, limit: PLAN_ROWS }),
    ]);
    const summary = summariseRun(run, temporalUi);
    const body = planBody({
      run: summary,
      totals,
      rows: rows.map(viewChange),
      filter: { ...filter, q: text },
      first: cursor === undefined,
      next: next === undefined ? undefined : encodeCursor(next),
    });
    sendPage(res, { title: `Plan: ${runTitle(summary)}`, place: 'runs', body });
  });

  on('POST /ui/runs/:id/confirm', async (req, res) => {
    const id = await confirmRun(dependencies, res.locals, idOf(req, 'run'), typedOf(req)['planDigest'] ?? '');
    res.redirect(303, `/ui/runs/${id}`);
  });

  on('POST /ui/runs/:id/cancel', async (req, res) => {
    const id = idOf(req, 'run');
    await requestCancel(dependencies, res.locals, id);
    res.redirect(303, `/ui/runs/${id}`);
  });

  for (const verb of ['pause', 'resume'] as const) {
    on(`POST /ui/runs/:id/${verb}`, async (req, res) => {
      const id = idOf(req, 'run');
      await steerRun(dependencies, res.locals, id, verb);
      res.redirect(303, `/ui/runs/${id}`);
    });
  }
}
