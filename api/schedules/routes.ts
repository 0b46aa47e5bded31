import type { Response, Router } from 'express';
import { listEndpoints } from '../../database/repositories/endpoints';
import { findSchedule, listSchedules } from '../../database/repositories/schedules';
import type { Schedule } from '../../domain/schedules/schedule';
import { onEach } from '../auth/authorize';
import { guardedRoutes } from '../auth/guarded-routes';
import type { Identity } from '../auth/identity';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { pageOf } from '../paging';
import { bodyOf, idOf, notFound } from '../validate';
import {
  backfillSchedule,
  createSchedule,
  patchSchedule,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
  triggerSchedule,
} from './change';
import { coverage } from './coverage';
import {
  scheduleBackfillSchema,
  scheduleCreateSchema,
  type ScheduleListView,
  schedulePatchSchema,
  schedulePauseSchema,
} from './schema';
import { viewSchedules } from './view';

export function scheduleRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;

  const answer = async (res: Response, schedule: Schedule): Promise<void> => {
    const [view] = await viewSchedules(dependencies, res.locals.audit, [schedule]);
    if (view === undefined) throw notFound('schedule');
    setETag(res, view.version);
    res.json(view);
  };

  const scheduleOf = async (id: string): Promise<Schedule> => {
    const schedule = await findSchedule(database, id);
    if (schedule === undefined) throw notFound('schedule');
    return schedule;
  };

  on('GET /schedules', async (req, res) => {
    const { caller, audit } = res.locals;
    const { items, nextCursor } = pageOf(req, res, await visibleSchedules(dependencies, caller));
    const list: ScheduleListView = { items: await viewSchedules(dependencies, audit, items), nextCursor };
    res.json(list);
  });

  on('POST /schedules', async (req, res) => {
    const schedule = await createSchedule(dependencies, res.locals, bodyOf(req, scheduleCreateSchema));
    res.status(201).location(`/schedules/${schedule.id}`);
    await answer(res, schedule);
  });

  on('GET /schedules/:id', async (req, res) => answer(res, await scheduleOf(idOf(req, 'schedule'))));

  on('PATCH /schedules/:id', async (req, res) => {
    const [id, ifMatch, patch] = [idOf(req, 'schedule'), ifMatchOf(req), bodyOf(req, schedulePatchSchema)];
    await answer(res, await patchSchedule(dependencies, res.locals, id, ifMatch, patch));
  });

  on('DELETE /schedules/:id', async (req, res) => {
    await removeSchedule(dependencies, res.locals, idOf(req, 'schedule'), ifMatchOf(req));
    res.status(204).end();
  });

  on('POST /schedules/:id/pause', async (req, res) => {
    const { note } = bodyOf(req, schedulePauseSchema);
    await answer(res, await pauseSchedule(dependencies, res.locals, idOf(req, 'schedule'), note));
  });

  on('POST /schedules/:id/resume', async (req, res) => {
    await answer(res, await resumeSchedule(dependencies, res.locals, idOf(req, 'schedule')));
  });

  on('POST /schedules/:id/trigger', async (req, res) => {
    const id = idOf(req, 'schedule');
    await triggerSchedule(dependencies, res.locals, id);
    res.status(202).location(`/schedules/${id}`);
    await answer(res, await scheduleOf(id));
  });

  on('POST /schedules/:id/backfill', async (req, res) => {
    const [id, range] = [idOf(req, 'schedule'), bodyOf(req, scheduleBackfillSchema)];
    await backfillSchedule(dependencies, res.locals, id, range);
    res.status(202).location(`/schedules/${id}`);
    await answer(res, await scheduleOf(id));
  });

  return router;
}

/** Those of which the caller may see every endpoint. */
export async function visibleSchedules({ database }: Pick<ApiDependencies, 'database'>, caller: Identity): Promise<Schedule[]> {
  const [schedules, endpoints] = await Promise.all([listSchedules(database), listEndpoints(database)]);
  return schedules.filter(schedule => onEach(coverage(schedule, endpoints), id => caller.permissions('view', id)));
}
