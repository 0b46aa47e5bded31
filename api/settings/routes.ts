import type { Response, Router } from 'express';
import { findEndpoint } from '../../database/repositories/endpoints';
import { type GlobalSettings, loadGlobalSettings } from '../../database/repositories/settings';
import { readLayer } from '../../domain/settings/resolve';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { bodyOf, idOf, notFound, withoutAbsent } from '../validate';
import { changeSettings } from './change';
import { type SettingListView, settingsPatchSchema } from './schema';
import { viewSettings } from './view';

export function settingRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database, environment } = dependencies;

  const answer = (res: Response, { values: global, version }: GlobalSettings): void => {
    setETag(res, version);
    const settings: SettingListView = { version, items: viewSettings({ environment, global }) };
    res.json(settings);
  };

  on('GET /settings', async (_req, res) => answer(res, await loadGlobalSettings(database)));

  on('PATCH /settings', async (req, res) => {
    const [ifMatch, wanted] = [ifMatchOf(req), bodyOf(req, settingsPatchSchema)];
    answer(res, await changeSettings(database, res.locals, ifMatch, withoutAbsent(wanted)));
  });

  /** An endpoint's own settings are its policy: they are changed with the endpoint, and have its ETag. */
  on('GET /endpoints/:id/settings', async (req, res) => {
    const endpoint = await findEndpoint(database, idOf(req, 'endpoint'));
    if (endpoint === undefined) throw notFound('endpoint');
    const { values: global } = await loadGlobalSettings(database);
    setETag(res, endpoint.version);
    const items = viewSettings({ environment, global, endpoint: readLayer('endpoint', endpoint.policy) });
    const settings: SettingListView = { version: endpoint.version, items };
    res.json(settings);
  });

  return router;
}
