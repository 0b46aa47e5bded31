import type { Request, RequestHandler } from 'express';
import { findRunEnd } from '../../database/repositories/run-events';
import { findRun } from '../../database/repositories/run-reads';
import { authorize } from '../auth/authorize';
import { routeAccess } from '../auth/route-access';
import type { ApiDependencies } from '../dependencies';
import { Problem } from '../errors';
import { idOf, notFound, queryOf } from '../validate';
import { streamRunEvents } from './event-stream';
import { eventNumber, runEventsQuery } from './events-query';

/** `GET /runs/:id/events`. */
export function runEvents({ database, authenticate, log, runEvents: live }: ApiDependencies): RequestHandler {
  const mayStill = async (req: Request): Promise<boolean> => {
    try {
      await authorize(database, routeAccess['GET /runs/:id/events'], await authenticate(req), req);
      return true;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  };

  return async (req, res) => {
    const runId = idOf(req, 'run');
    const after = lastEventOf(req);
    const run = await findRun(database, runId);
    if (run === undefined) throw notFound('run');
    const end = await findRunEnd(database, runId);
    if (end !== undefined && after >= end) {
      // What a browser takes for the end: it would ask again and again otherwise.
      res.status(204).end();
      return;
    }
    if (req.method === 'HEAD') {
      // What a GET would begin with; there is nothing to wait for.
      res.type('text/event-stream').end();
      return;
    }
    const stream = { runId, rootId: run.parentId ?? runId };
    await streamRunEvents(res, { database, log, ...live, stream, after, mayGoOn: () => mayStill(req) });
  };
}

/** Zero for everything from the beginning. */
function lastEventOf(req: Request): number {
  const { lastEventId } = queryOf(req, runEventsQuery);
  const header = req.get('last-event-id');
  if (header === undefined || header === '') return Number(lastEventId ?? 0);
  if (!eventNumber.safeParse(header).success) {
    throw new Problem('invalid-query', 'Last-Event-ID is no number of an event. Leave it out to have them all.');
  }
  return Number(header);
}
