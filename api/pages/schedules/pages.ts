import type { Request, Response } from 'express';
import { type Endpoint, listEndpoints } from '../../../database/repositories/endpoints';
import { findSchedule } from '../../../database/repositories/schedules';
import type { Schedule } from '../../../domain/schedules/schedule';
import type { Identity } from '../../auth/identity';
import type { ApiDependencies } from '../../dependencies';
import {
  createSchedule,
  patchSchedule,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
  triggerSchedule,
} from '../../schedules/change';
import { visibleSchedules } from '../../schedules/routes';
import { scheduleCreateSchema, schedulePatchSchema, schedulePauseSchema, type ScheduleView } from '../../schedules/schema';
import { viewSchedules } from '../../schedules/view';
import { idOf, notFound } from '../../validate';
import { check, listOf, orNull, refusal, typedOf } from '../form-input';
import type { GuardedPages } from '../guarded-pages';
import type { FieldErrors } from '../html/form';
import { sendPage } from '../html/layout';
import { fieldsFrom, formOf, newSchedule, type ScheduleForm, scheduleForm } from './form';
import { scheduleListBody } from './list';
import { scheduleBody } from './schedule';

/** Seconds after which a page is loaded again that shows something under way. */
const REFRESH = 10;

export function schedulePages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database } = dependencies;

  const scheduleOf = async (req: Request, res: Response): Promise<ScheduleView> => {
    const schedule = await findSchedule(database, idOf(req, 'schedule'));
    const [shown] = schedule === undefined ? [] : await viewSchedules(dependencies, res.locals.audit, [schedule]);
    if (shown === undefined) throw notFound('schedule');
    return shown;
  };

  const offered = async (caller: Identity): Promise<Endpoint[]> =>
    (await listEndpoints(database)).filter(({ id }) => caller.permissions('run_sync', id));

  const showForm = async (res: Response, form: ScheduleForm, schedule?: ScheduleView, status = 200): Promise<void> => {
    const { caller } = res.locals;
    const title = schedule === undefined ? 'Add a schedule' : `Change ${schedule.name}`;
    sendPage(res, { title, place: 'schedules', body: scheduleForm(caller, form, await offered(caller), schedule) }, status);
  };

  /** Goes on to the schedule's page, or shows the form again with what was typed and what is wrong with it. */
  const saveOr = async (res: Response, save: () => Promise<Schedule>, again: (errors: FieldErrors) => Promise<void>) => {
    try {
      const { id } = await save();
      res.redirect(303, `/ui/schedules/${id}`);
    } catch (error) {
      await again(refusal(error));
    }
  };

  on('GET /ui/schedules', async (_req, res) => {
    const { caller, audit } = res.locals;
    const schedules = await viewSchedules(dependencies, audit, await visibleSchedules(dependencies, caller));
    sendPage(res, {
      title: 'Schedules',
      place: 'schedules',
      body: scheduleListBody(schedules, caller),
      refresh: schedules.some(isUnderWay) ? REFRESH : undefined,
    });
  });

  on('GET /ui/schedules/new', (_req, res) => showForm(res, newSchedule));

  on('POST /ui/schedules/new', async (req, res) => {
    const form = formFrom(req);
    const again = (errors: FieldErrors) => showForm(res, { ...form, errors }, undefined, 422);
    const wanted = check(scheduleCreateSchema, fieldsFrom(form), form.typed);
    if ('errors' in wanted) return again(wanted.errors);
    await saveOr(res, () => createSchedule(dependencies, res.locals, wanted.data), again);
  });

  on('GET /ui/schedules/:id', async (req, res) => {
    const schedule = await scheduleOf(req, res);
    sendPage(res, {
      title: schedule.name,
      place: 'schedules',
      body: scheduleBody(schedule, res.locals.caller),
      refresh: isUnderWay(schedule) ? REFRESH : undefined,
    });
  });

  on('GET /ui/schedules/:id/edit', async (req, res) => {
    const schedule = await scheduleOf(req, res);
    await showForm(res, formOf(schedule), schedule);
  });

  on('POST /ui/schedules/:id/edit', async (req, res) => {
    const [schedule, form] = [await scheduleOf(req, res), formFrom(req)];
    const again = (errors: FieldErrors) => showForm(res, { ...form, errors }, schedule, 422);
    const { owner, ...fields } = fieldsFrom(form);
    const changedOwner = owner === schedule.owner.username ? {} : { owner };
    const wanted = check(schedulePatchSchema, { ...fields, ...changedOwner }, form.typed);
    if ('errors' in wanted) return again(wanted.errors);
    const ifMatch = `"${form.typed['version']}"`;
    await saveOr(res, () => patchSchedule(dependencies, res.locals, schedule.id, ifMatch, wanted.data), again);
  });

  on('POST /ui/schedules/:id/pause', async (req, res) => {
    const id = idOf(req, 'schedule');
    const { note } = schedulePauseSchema.parse({ note: orNull(typedOf(req)['note']?.slice(0, 500)) });
    await pauseSchedule(dependencies, res.locals, id, note);
    res.redirect(303, `/ui/schedules/${id}`);
  });

  on('POST /ui/schedules/:id/resume', async (req, res) => {
    const { id } = await resumeSchedule(dependencies, res.locals, idOf(req, 'schedule'));
    res.redirect(303, `/ui/schedules/${id}`);
  });

  on('POST /ui/schedules/:id/trigger', async (req, res) => {
    const id = idOf(req, 'schedule');
    await triggerSchedule(dependencies, res.locals, id);
    res.redirect(303, `/ui/schedules/${id}`);
  });

  on('POST /ui/schedules/:id/delete', async (req, res) => {
    await removeSchedule(dependencies, res.locals, idOf(req, 'schedule'), `"${typedOf(req)['version']}"`);
    res.redirect(303, '/ui/schedules');
  });
}

const formFrom = (req: Request): ScheduleForm => ({
  typed: typedOf(req),
  errors: {},
  endpoints: listOf(req, 'endpoints'),
  kinds: listOf(req, 'kinds'),
});

const isUnderWay = ({ firings }: ScheduleView): boolean =>
  firings.some(({ run }) => run?.state === 'pending' || run?.state === 'running');
