import type { Request, Response } from 'express';
import { findRun, type RunRead } from '../../database/repositories/run-reads';
import { finalRunStates } from '../../domain/run';
import type { ApiDependencies } from '../dependencies';
import { readUntil, waitSecondsOf } from '../prefer';
import { notFound } from '../validate';
import { viewRun } from './view';
import { visiblePart } from './visible';

export async function runOf(database: ApiDependencies['database'], id: string): Promise<RunRead> {
  const run = await findRun(database, id);
  if (run === undefined) throw notFound('run');
  return run;
}

/** Answers with a run that was asked for: 202, or 200 when it ended while the caller waited. */
export async function acceptRun(
  { database, temporalUi }: Pick<ApiDependencies, 'database' | 'temporalUi'>,
  req: Request,
  res: Response,
  runId: string,
): Promise<void> {
  const hasEnded = ({ state }: RunRead): boolean => finalRunStates.includes(state);
  const run = await readUntil(req, res, () => runOf(database, runId), hasEnded);
  const answer = await viewRun(database, visiblePart(run, res.locals.caller), temporalUi);
  res
    .status(waitSecondsOf(req) !== undefined && hasEnded(run) ? 200 : 202)
    .location(`/runs/${runId}`)
    .json(answer);
}
