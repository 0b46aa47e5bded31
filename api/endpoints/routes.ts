import type { Router } from 'express';
import { type Endpoint, findEndpoint, listEndpoints } from '../../database/repositories/endpoints';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { readUntil } from '../prefer';
import { pageOf } from '../paging';
import { bodyOf, idOf, notFound } from '../validate';
import { createEndpointChanges } from './change';
import { endpointCreateSchema, type EndpointListView, endpointPatchSchema, type EndpointView } from './schema';
import { viewEndpoints } from './view';

export function endpointRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database, secrets } = dependencies;
  const changes = createEndpointChanges(database, secrets);

  const view = async (endpoint: Endpoint | undefined): Promise<EndpointView> => {
    const [shown] = endpoint === undefined ? [] : await viewEndpoints(database, [endpoint]);
    if (shown === undefined) throw notFound('endpoint');
    return shown;
  };

  on('GET /endpoints', async (req, res) => {
    const visible = (await listEndpoints(database)).filter(({ id }) => res.locals.caller.permissions('view', id));
    const answer: EndpointListView = pageOf(req, res, await viewEndpoints(database, visible));
    res.json(answer);
  });

  on('POST /endpoints', async (req, res) => {
    const endpoint = await changes.create(res.locals.audit, bodyOf(req, endpointCreateSchema));
    setETag(res, endpoint.version);
    res
      .status(201)
      .location(`/endpoints/${endpoint.id}`)
      .json(await view(endpoint));
  });

  on('GET /endpoints/:id', async (req, res) => {
    const endpoint = await view(await findEndpoint(database, idOf(req, 'endpoint')));
    setETag(res, endpoint.version);
    res.json(endpoint);
  });

  on('PATCH /endpoints/:id', async (req, res) => {
    const endpoint = await changes.patch(
      res.locals.audit,
      idOf(req, 'endpoint'),
      ifMatchOf(req),
      bodyOf(req, endpointPatchSchema),
    );
    setETag(res, endpoint.version);
    res.json(await view(endpoint));
  });

  on('DELETE /endpoints/:id', async (req, res) => {
    await changes.remove(res.locals.audit, idOf(req, 'endpoint'), ifMatchOf(req));
    res.status(204).end();
  });

  /** A person accepts the other cluster behind the address. */
  on('POST /endpoints/:id/rebind', async (req, res) => {
    const endpoint = await changes.rebind(res.locals.audit, idOf(req, 'endpoint'));
    setETag(res, endpoint.version);
    res.json(await view(endpoint));
  });

  return router;
}
