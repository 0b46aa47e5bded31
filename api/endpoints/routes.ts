import { Router } from 'express';
import { type Endpoint, findEndpoint, listEndpoints } from '../../database/repositories/endpoints';
import type { ApiDependencies } from '../dependencies';
import { ifMatchOf, setETag } from '../etag';
import { bodyOf, idOf, notFound } from '../validate';
import { createEndpointChanges } from './change';
import { endpointCreateSchema, type EndpointListView, endpointPatchSchema, type EndpointView } from './schema';
import { viewEndpoints } from './view';

export function endpointRoutes({ database, secrets }: ApiDependencies): Router {
  const router = Router();
  const changes = createEndpointChanges(database, secrets);

  const view = async (endpoint: Endpoint | undefined): Promise<EndpointView> => {
    const [shown] = endpoint === undefined ? [] : await viewEndpoints(database, [endpoint]);
    if (shown === undefined) throw notFound('endpoint');
    return shown;
  };

  router.get('/endpoints', async (_req, res) => {
    const answer: EndpointListView = { items: await viewEndpoints(database, await listEndpoints(database)) };
    res.json(answer);
  });

  router.post('/endpoints', async (req, res) => {
    const endpoint = await changes.create(bodyOf(req, endpointCreateSchema));
    setETag(res, endpoint.version);
    res
      .status(201)
      .location(`/endpoints/${endpoint.id}`)
      .json(await view(endpoint));
  });

  router.get('/endpoints/:id', async (req, res) => {
    const endpoint = await view(await findEndpoint(database, idOf(req, 'endpoint')));
    setETag(res, endpoint.version);
    res.json(endpoint);
  });

  router.patch('/endpoints/:id', async (req, res) => {
    const endpoint = await changes.patch(idOf(req, 'endpoint'), ifMatchOf(req), bodyOf(req, endpointPatchSchema));
    setETag(res, endpoint.version);
    res.json(await view(endpoint));
  });

  router.delete('/endpoints/:id', async (req, res) => {
    await changes.remove(idOf(req, 'endpoint'), ifMatchOf(req));
    res.status(204).end();
  });

  /** A person accepts the other cluster behind the address. */
  router.post('/endpoints/:id/rebind', async (req, res) => {
    const endpoint = await changes.rebind(idOf(req, 'endpoint'));
    setETag(res, endpoint.version);
    res.json(await view(endpoint));
  });

  return router;
}
