import type { Response, Router } from 'express';
import { findDelivery, listDeliveries } from '../../database/repositories/notifications/deliveries';
import { findTarget, listTargets, type NotificationTarget } from '../../database/repositories/notifications/targets';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { pageOf } from '../paging';
import { bodyOf, idOf, notFound, queryOf } from '../validate';
import { createNotificationChanges } from './change';
import {
  type DeliveryListView,
  deliveryQuery,
  type NewTargetView,
  targetCreateSchema,
  type TargetListView,
  targetPatchSchema,
} from './schema';
import { viewDelivery, viewTarget } from './view';

/** Older messages are not shown. */
const MOST_DELIVERIES = 1_000;

export function notificationRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;
  const changes = createNotificationChanges(dependencies);

  const answer = (res: Response, target: NotificationTarget): void => {
    setETag(res, target.version);
    res.json(viewTarget(target));
  };
  const answerDelivery = async (res: Response, id: string): Promise<void> => {
    const delivery = await findDelivery(database, id);
    if (delivery === undefined) throw notFound('message');
    res.status(202).json(viewDelivery(delivery));
  };

  on('GET /notifications/targets', async (req, res) => {
    const targets: TargetListView = pageOf(req, res, (await listTargets(database)).map(viewTarget));
    res.json(targets);
  });

  on('POST /notifications/targets', async (req, res) => {
    const { target, secret } = await changes.create(res.locals.audit, bodyOf(req, targetCreateSchema));
    setETag(res, target.version);
    const made: NewTargetView = { ...viewTarget(target), secret };
    res.status(201).location(`/notifications/targets/${target.id}`).json(made);
  });

  on('GET /notifications/targets/:id', async (req, res) => {
    const target = await findTarget(database, idOf(req, 'notification target'));
    if (target === undefined) throw notFound('notification target');
    answer(res, target);
  });

  on('PATCH /notifications/targets/:id', async (req, res) => {
    const [id, ifMatch, patch] = [idOf(req, 'notification target'), ifMatchOf(req), bodyOf(req, targetPatchSchema)];
    answer(res, await changes.patch(res.locals.audit, id, ifMatch, patch));
  });

  on('DELETE /notifications/targets/:id', async (req, res) => {
    await changes.remove(res.locals.audit, idOf(req, 'notification target'), ifMatchOf(req));
    res.status(204).end();
  });

  on('POST /notifications/targets/:id/test', async (req, res) => {
    await answerDelivery(res, await changes.test(res.locals.audit, idOf(req, 'notification target')));
  });

  on('GET /notifications/deliveries', async (req, res) => {
    const { state, target: targetId, ...page } = queryOf(req, deliveryQuery);
    const latest = await listDeliveries(database, { state, targetId, limit: MOST_DELIVERIES });
    const deliveries: DeliveryListView = pageOf(req, res, latest.map(viewDelivery), page);
    res.json(deliveries);
  });

  on('POST /notifications/deliveries/:id/retry', async (req, res) => {
    const id = idOf(req, 'message');
    await changes.retry(res.locals.audit, id);
    await answerDelivery(res, id);
  });

  return router;
}
