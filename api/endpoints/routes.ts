import type { Router } from 'express';
import { type Endpoint, findEndpoint, listEndpoints } from '../../database/repositories/endpoints';
import { guardedRoutes } from '../auth/guarded-routes';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { readUntil } from '../prefer';
import { pageOf } from '../paging';
import { bodyOf, idOf, notFound } from '../validate';
import { createEndpointChanges } from './change';
import { probeOf, startProbe, viewProbe } from './probe';
import { endpointCreateSchema, type EndpointListView, endpointPatchSchema, type EndpointView } from './schema';
import { viewEndpoints } from './view';

export function endpointRoutes(dependencies: ApiDependencies): Router {
  const { router, on } = guardedRoutes(dependencies);
  const { database } = dependencies;
  const changes = createEndpointChanges(dependencies);

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

  on('POST /endpoints/:id/test', async (req, res) => {
    const id = idOf(req, 'endpoint');
    const probeId = await startProbe(dependencies, res.locals, id);
    const probe = await readUntil(
      req,
      res,
      () => probeOf(database, id, probeId),
      ({ result }) => result !== null,
    );
    res
      .status(probe.result === null ? 202 : 200)
      .location(`/endpoints/${id}/tests/${probeId}`)
      .json(viewProbe(probe));
  });

  on('GET /endpoints/:id/tests/:testId', async (req, res) => {
    res.json(viewProbe(await probeOf(database, idOf(req, 'endpoint'), idOf(req, 'test of this endpoint', 'testId'))));
  });

  return router;
}
