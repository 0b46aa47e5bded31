import type { Request, Response } from 'express';
import { type Endpoint, findEndpoint, listEndpoints } from '../../../database/repositories/endpoints';
import { latestProbe } from '../../../database/repositories/endpoint-probes';
import { listRuns } from '../../../database/repositories/run-reads';
import type { ApiDependencies } from '../../dependencies';
import { createEndpointChanges } from '../../endpoints/change';
import { startProbe, viewProbe } from '../../endpoints/probe';
import { endpointCreateSchema, endpointPatchSchema, type EndpointView } from '../../endpoints/schema';
import { viewEndpoints } from '../../endpoints/view';
import { launchRelink } from '../../runs/launch';
import { summariseRun } from '../../runs/view';
import { idOf, notFound } from '../../validate';
import { check, refusal, typedOf } from '../form-input';
import type { GuardedPages } from '../guarded-pages';
import type { FieldErrors } from '../html/form';
import { sendPage } from '../html/layout';
import { heading } from '../html/parts';
import { credentialFrom, endpointForm, fieldsFrom, newEndpoint, typedFrom } from './form';
import { endpointBody } from './endpoint';
import { endpointListBody } from './list';
import { testBody } from './test';

/** Runs that an endpoint's page shows. */
const RECENT = 20;

export function endpointPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database, temporalUi } = dependencies;
  const changes = createEndpointChanges(dependencies);

  const endpointOf = async (req: Request): Promise<EndpointView> => {
    const endpoint = await findEndpoint(database, idOf(req, 'endpoint'));
    const [shown] = endpoint === undefined ? [] : await viewEndpoints(database, [endpoint]);
    if (shown === undefined) throw notFound('endpoint');
    return shown;
  };

  /** Goes on to the endpoint's page, or shows the form again with what was typed and what is wrong with it. */
  const saveOr = async (res: Response, save: () => Promise<Endpoint>, again: (errors: FieldErrors) => void): Promise<void> => {
    try {
      const { id } = await save();
      res.redirect(303, `/ui/endpoints/${id}`);
    } catch (error) {
      again(refusal(error));
    }
  };

  on('GET /ui/endpoints', async (_req, res) => {
    const { caller } = res.locals;
    const visible = (await listEndpoints(database)).filter(({ id }) => caller.permissions('view', id));
    const body = endpointListBody(await viewEndpoints(database, visible), caller);
    sendPage(res, { title: 'Endpoints', place: 'endpoints', body });
  });

  on('GET /ui/endpoints/new', (_req, res) => {
    const body = endpointForm(res.locals.caller, { typed: newEndpoint, errors: {} });
    sendPage(res, { title: 'Add an endpoint', place: 'endpoints', body });
  });

  on('POST /ui/endpoints/new', async (req, res) => {
    const typed = typedOf(req);
    const again = (errors: FieldErrors) =>
      sendPage(
        res,
        { title: 'Add an endpoint', place: 'endpoints', body: endpointForm(res.locals.caller, { typed, errors }) },
        422,
      );
    const read = credentialFrom(typed, 'read') ?? { kind: 'token', principal: '', secret: '' };
    const write = credentialFrom(typed, 'write') ?? null;
    const wanted = check(endpointCreateSchema, { ...fieldsFrom(typed), credentials: { read, write } }, typed);
    if ('errors' in wanted) return again(wanted.errors);
    await saveOr(res, () => changes.create(res.locals.audit, wanted.data), again);
  });

  on('GET /ui/endpoints/:id', async (req, res) => {
    const endpoint = await endpointOf(req);
    const filter = { endpoint: endpoint.id, kind: 'endpoint-sync', on: [endpoint.id] } as const;
    const { runs } = await listRuns(database, filter, { after: undefined, limit: RECENT });
    const body = endpointBody(
      endpoint,
      runs.map(run => summariseRun(run, temporalUi)),
      res.locals.caller,
    );
    sendPage(res, { title: endpoint.name, place: 'endpoints', body });
  });

  on('GET /ui/endpoints/:id/edit', async (req, res) => {
    const endpoint = await endpointOf(req);
    const body = endpointForm(res.locals.caller, { typed: typedFrom(endpoint), errors: {} }, endpoint);
    sendPage(res, { title: `Change ${endpoint.name}`, place: 'endpoints', body });
  });

  on('POST /ui/endpoints/:id/edit', async (req, res) => {
    const [endpoint, typed] = [await endpointOf(req), typedOf(req)];
    const again = (errors: FieldErrors) => {
      const body = endpointForm(res.locals.caller, { typed, errors }, endpoint);
      sendPage(res, { title: `Change ${endpoint.name}`, place: 'endpoints', body }, 422);
    };
    const { read, write } = endpoint.credentials;
    const credentials = { read: credentialFrom(typed, 'read', read), write: credentialFrom(typed, 'write', write) };
    const wanted = check(endpointPatchSchema, { ...fieldsFrom(typed), credentials }, typed);
    if ('errors' in wanted) return again(wanted.errors);
    await saveOr(res, () => changes.patch(res.locals.audit, endpoint.id, `"${typed['version']}"`, wanted.data), again);
  });

  on('POST /ui/endpoints/:id/delete', async (req, res) => {
    await changes.remove(res.locals.audit, idOf(req, 'endpoint'), `"${typedOf(req)['version']}"`);
    res.redirect(303, '/ui/endpoints');
  });

  on('POST /ui/endpoints/:id/rebind', async (req, res) => {
    const { id } = await changes.rebind(res.locals.audit, idOf(req, 'endpoint'));
    res.redirect(303, `/ui/endpoints/${id}`);
  });

  on('POST /ui/endpoints/:id/relink', async (req, res) => {
    const runId = await launchRelink(dependencies, res.locals, idOf(req, 'endpoint'));
    res.redirect(303, `/ui/runs/${runId}`);
  });

  on('POST /ui/endpoints/:id/test', async (req, res) => {
    const id = idOf(req, 'endpoint');
    await startProbe(dependencies, res.locals, id);
    res.redirect(303, `/ui/endpoints/${id}/test`);
  });

  on('GET /ui/endpoints/:id/test', async (req, res) => {
    const endpoint = await endpointOf(req);
    const probe = await latestProbe(database, endpoint.id);
    if (probe === undefined) throw notFound('test of this endpoint');
    const test = viewProbe(probe);
    const body = [heading(`Connections of ${endpoint.name}`), testBody(endpoint, test)];
    const refresh = test.state === 'running' ? 2 : undefined;
    sendPage(res, { title: `Connections of ${endpoint.name}`, place: 'endpoints', body, refresh });
  });
}
