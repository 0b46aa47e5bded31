import { type RequestHandler, Router } from 'express';
import helmet from 'helmet';
import type { ApiDependencies } from '../dependencies';
import { accountPages } from './account/pages';
import { assetRoutes } from './assets';
import { auditPages } from './audit/pages';
import { deletionPages } from './deletions/pages';
import { endpointPages } from './endpoints/pages';
import { answerFailures, noSuchPage } from './failures';
import { guestPages } from './guests/pages';
import { guardedPages } from './guarded-pages';
import { healthPage } from './health';
import { intentPages } from './intent/pages';
import { notificationPages } from './notifications/pages';
import { oidcPages } from './oidc';
import { overviewPages } from './overview';
import { referencePage } from './reference/page';
import { rolePages } from './roles/pages';
import { runPages } from './runs/pages';
import { schedulePages } from './schedules/pages';
import { settingPages } from './settings/pages';
import { signInPages } from './sign-in';
import { userPages } from './users/pages';

/** What people see in a browser: everything below `/ui`, with its styles and scripts below `/assets`. */
export function pageRoutes(dependencies: ApiDependencies): Router {
  const pages = guardedPages(dependencies);
  signInPages(pages, dependencies);
  oidcPages(pages, dependencies);
  overviewPages(pages, dependencies);
  runPages(pages, dependencies);
  endpointPages(pages, dependencies);
  guestPages(pages, dependencies);
  intentPages(pages, dependencies);
  deletionPages(pages, dependencies);
  notificationPages(pages, dependencies);
  schedulePages(pages, dependencies);
  settingPages(pages, dependencies);
  auditPages(pages, dependencies);
  userPages(pages, dependencies);
  rolePages(pages, dependencies);
  accountPages(pages, dependencies);
  healthPage(pages, dependencies);
  referencePage(pages, dependencies);

  const router = Router();
  router.use(assetRoutes());
  router.use(['/ui', '/docs', '/assets'], contentPolicy);
  router.use(pages.router);
  router.use(['/ui', '/assets'], noSuchPage);
  router.use(answerFailures(dependencies.log));
  return router;
}

/** Nothing but files and answers of our own. A service that is reached over http stays reachable: no request is upgraded. */
const contentPolicy: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
});
