import type { Request, Response } from 'express';
import { z } from 'zod';
import { type Endpoint, findEndpoint } from '../../../database/repositories/endpoints';
import { loadGlobalSettings } from '../../../database/repositories/settings';
import { intentEnabled } from '../../../domain/settings/intent-switch';
import { effectiveValues, readLayer } from '../../../domain/settings/resolve';
import type { ApiDependencies } from '../../dependencies';
import { createEndpointChanges } from '../../endpoints/change';
import { policyChangeSchema } from '../../endpoints/policy';
import { Problem } from '../../errors';
import { changeSettings } from '../../settings/change';
import { settingsPatchSchema, type SettingView } from '../../settings/schema';
import { viewSettings } from '../../settings/view';
import { idOf, notFound, withoutAbsent } from '../../validate';
import { refusal, typedOf } from '../form-input';
import { givenQuery, withQuery } from '../given-query';
import type { GuardedPages } from '../guarded-pages';
import type { FieldErrors, Typed } from '../html/form';
import type { Html } from '../html/h';
import { sendPage } from '../html/layout';
import { changeFrom, type Decider, rebase, settingsTyped, touched, typedFrom } from './fields';
import { settingsBody, type SettingsPage } from './form';
import { intentSwitch, PHRASE, SWITCH } from './intent-switch';

const pageQuery = z.strictObject({ q: z.string().max(100).optional(), saved: z.coerce.number().int().min(0).optional() });
const wasSchema = z.record(z.string(), z.string());

/** The settings of the installation or of an endpoint as they are now. */
interface Place {
  title: string;
  path: string;
  decider: Decider;
  settings: readonly SettingView[];
  version: number;
  may: boolean;
  /** What stands beside the settings: the switch that is thrown by itself. */
  beside: (errors: FieldErrors) => Html | null;
}

/** Saves a change of named settings under a version that was seen. */
type Save = (change: object, ifMatch: string) => Promise<unknown>;

export function settingPages({ on }: GuardedPages, dependencies: ApiDependencies): void {
  const { database, environment } = dependencies;
  const endpoints = createEndpointChanges(dependencies);

  const installation = async (res: Response): Promise<Place> => {
    const { caller } = res.locals;
    const { values: global, version } = await loadGlobalSettings(database);
    const may = caller.permissions('manage_endpoints');
    const writes = intentEnabled(effectiveValues({ environment, global }));
    return {
      ...{ title: 'Settings', path: '/ui/settings', decider: 'global', version, may },
      settings: viewSettings({ environment, global }).filter(({ name }) => name !== SWITCH && name !== PHRASE),
      beside: errors => intentSwitch({ caller, on: writes, may, version, state: { typed: {}, errors } }),
    };
  };

  const ofEndpoint = async (res: Response, endpoint: Endpoint): Promise<Place> => {
    const { values: global } = await loadGlobalSettings(database);
    const layers = { environment, global, endpoint: readLayer('endpoint', endpoint.policy) };
    return {
      ...{ title: `Settings of ${endpoint.name}`, path: `/ui/endpoints/${endpoint.id}/settings`, decider: 'endpoint' },
      settings: viewSettings(layers).filter(({ layers: where }) => where.includes('endpoint')),
      version: endpoint.version,
      may: res.locals.caller.permissions('manage_endpoints', endpoint.id),
      beside: () => null,
    };
  };

  const endpointOf = async (req: Request): Promise<Endpoint> => {
    const endpoint = await findEndpoint(database, idOf(req, 'endpoint'));
    if (endpoint === undefined) throw notFound('endpoint');
    return endpoint;
  };

  const show = (res: Response, place: Place, given: Partial<SettingsPage> = {}): void => {
    const was = typedFrom(place.settings, place.decider);
    const state = given.state ?? { typed: was, errors: {} };
    const page = { query: '', was, both: undefined, saved: undefined, ...given, state };
    const body = settingsBody({ ...place, ...page, caller: res.locals.caller, beside: place.beside(state.errors) });
    const conflict = page.both !== undefined || Object.keys(state.errors).length > 0;
    const nav = place.decider === 'endpoint' ? 'endpoints' : 'settings';
    sendPage(res, { title: place.title, place: nav, body }, conflict ? 422 : 200);
  };

  const look = (req: Request, res: Response, place: Place): void => {
    const { q: query = '', saved } = givenQuery(req, pageQuery);
    show(res, place, { query, saved });
  };

  /** Saves what was touched, or shows the form again: with what is wrong, or with what somebody else changed meanwhile. */
  const save = async (req: Request, res: Response, read: () => Promise<Place>, store: Save): Promise<void> => {
    const { settings, decider, path } = await read();
    const sent = typedOf(req);
    const [was, typed, query] = [wasOf(sent), settingsTyped(settings, sent), sent['q'] ?? ''];
    const names = touched(settings, was, typed);
    const { change, errors } = changeFrom(names, typed);
    const again = async (problems: FieldErrors) => {
      const now = await read();
      const rebased = rebase(now.settings, decider, was, typed);
      const state = { typed: { ...typedFrom(now.settings, decider), ...rebased.typed }, errors: problems };
      show(res, now, { query, state });
    };
    if (Object.keys(errors).length > 0) return again(errors);
    try {
      const thrown = switchFrom(sent, decider);
      const wanted = { ...change, ...thrown };
      const count = names.length + (thrown === undefined ? 0 : 1);
      if (count > 0) await store(wanted, `"${sent['version']}"`);
      res.redirect(303, withQuery(path, { q: query || undefined, saved: String(count) }));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'stale') return again(refusal(error));
      const now = await read();
      const { typed: merged, both } = rebase(now.settings, decider, was, typed);
      show(res, now, { query, both, state: { typed: merged, errors: {} } });
    }
  };

  on('GET /ui/settings', async (req, res) => look(req, res, await installation(res)));

  on('POST /ui/settings', (req, res) =>
    save(
      req,
      res,
      () => installation(res),
      (change, ifMatch) => changeSettings(database, res.locals, ifMatch, withoutAbsent(settingsPatchSchema.parse(change))),
    ),
  );

  on('GET /ui/endpoints/:id/settings', async (req, res) => look(req, res, await ofEndpoint(res, await endpointOf(req))));

  on('POST /ui/endpoints/:id/settings', (req, res) =>
    save(
      req,
      res,
      async () => ofEndpoint(res, await endpointOf(req)),
      (change, ifMatch) =>
        endpoints.patch(res.locals.audit, idOf(req, 'endpoint'), ifMatch, { policy: policyChangeSchema.parse(change) }),
    ),
  );
}

/** What the switch for writing asks for; whether the phrase is right is decided where settings are changed. */
function switchFrom(typed: Typed, decider: Decider): object | undefined {
  const wanted = typed[SWITCH];
  if (decider === 'endpoint' || (wanted !== 'true' && wanted !== 'false')) return undefined;
  return { [SWITCH]: wanted === 'true', ...(wanted === 'true' && { [PHRASE]: typed[PHRASE]?.trim() ?? '' }) };
}

/** What the form showed when it was sent out; nothing when it does not say so. */
function wasOf(typed: Typed): Typed {
  try {
    return wasSchema.parse(JSON.parse(typed['was'] ?? '{}'));
  } catch {
    return {};
  }
}
