import type { Request, Response } from 'express';
import { listEndpoints } from '../../../database/repositories/endpoints';
import { listDeliveries } from '../../../database/repositories/notifications/deliveries';
import { listTargets } from '../../../database/repositories/notifications/targets';
import type { ApiDependencies } from '../../dependencies';
import { createNotificationChanges } from '../../notifications/change';
import { targetCreateSchema } from '../../notifications/schema';
import { viewDelivery } from '../../notifications/view';
import { idOf } from '../../validate';
import { check, listOf, refusal, typedOf } from '../form-input';
import type { GuardedPages } from '../guarded-pages';
import type { FormState } from '../html/form';
import { sendPage } from '../html/layout';
import { newTarget, targetFrom } from './form';
import { notificationBody } from './list';

/** Messages that the page shows. */
const RECENT = 50;

const PAGE = '/ui/notifications';

export function notificationPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database } = dependencies;
  const changes = createNotificationChanges(dependencies);

  const show = async (
    res: Response,
    state: FormState,
    { secret = null, status = 200 }: { secret?: string | null; status?: number } = {},
  ) => {
    const [targets, deliveries, endpoints] = await Promise.all([
      listTargets(database),
      listDeliveries(database, { limit: RECENT }),
      listEndpoints(database),
    ]);
    const parts = { targets, deliveries: deliveries.map(viewDelivery), endpoints, state, secret };
    sendPage(res, { title: 'Notifications', place: 'notifications', body: notificationBody(res.locals.caller, parts) }, status);
  };

  on('GET /ui/notifications', (_req, res) => show(res, newTarget));

  on('POST /ui/notifications', async (req, res) => {
    const [typed, events] = [typedOf(req), listOf(req, 'events')];
    const wanted = check(targetCreateSchema, targetFrom(typed, events), typed);
    if ('errors' in wanted) return show(res, { typed, errors: wanted.errors }, { status: 422 });
    try {
      const { secret } = await changes.create(res.locals.audit, wanted.data);
      if (secret === null) return res.redirect(303, PAGE);
      await show(res, newTarget, { secret });
    } catch (error) {
      await show(res, { typed, errors: refusal(error) }, { status: 422 });
    }
  });

  const enable = (enabled: boolean) => async (req: Request, res: Response) => {
    await changes.patch(res.locals.audit, idOf(req, 'notification target'), '*', { enabled });
    res.redirect(303, PAGE);
  };
  on('POST /ui/notifications/:id/enable', enable(true));
  on('POST /ui/notifications/:id/disable', enable(false));

  on('POST /ui/notifications/:id/test', async (req, res) => {
    await changes.test(res.locals.audit, idOf(req, 'notification target'));
    res.redirect(303, `${PAGE}#messages`);
  });

  on('POST /ui/notifications/:id/delete', async (req, res) => {
    await changes.remove(res.locals.audit, idOf(req, 'notification target'), `"${typedOf(req)['version']}"`);
    res.redirect(303, PAGE);
  });

  on('POST /ui/notifications/deliveries/:id/retry', async (req, res) => {
    await changes.retry(res.locals.audit, idOf(req, 'message'));
    res.redirect(303, `${PAGE}#messages`);
  });
}
