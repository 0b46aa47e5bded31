import type { Queryable } from '../../database/queryable';
import { type Endpoint, findEndpoint, listEndpoints } from '../../database/repositories/endpoints';
import type { RunScope } from '../../domain/run';
import { permissionDenied } from '../auth/authorize';
import type { Identity } from '../auth/identity';
import { findByIdOrName } from '../endpoints/find';
import { Problem, type ProblemDetail } from '../errors';
import { notFound } from '../validate';
import type { FullUpdate } from './schema';

/**
 * What a full update covers: names become ids, and everything is what the caller may sync. An endpoint on which they may nothing does not
 * exist for them.
 */
export async function scopeOf(
  db: Queryable,
  { dryRun, endpoints: wanted, kinds }: FullUpdate,
  caller: Pick<Identity, 'permissions' | 'endpointsWith' | 'sees'>,
): Promise<RunScope> {
  const visible = (await listEndpoints(db)).filter(({ id }) => caller.sees(id));
  if (visible.length === 0) {
    throw new Problem('no-endpoints', 'There is no endpoint yet. Create one with POST /endpoints, then ask again.');
  }
  const endpoints = wanted === undefined ? everything(visible, caller) : idsOf(wanted, visible, caller);
  return {
    ...(dryRun && { dryRun }),
    ...(endpoints && { endpoints }),
    ...(kinds && { kinds: [...new Set(kinds)] }),
  };
}

/** Forgets which NetBox objects show an endpoint's guests and matches them anew; the plan waits for a person. */
export async function relinkScope(db: Queryable, endpointId: string): Promise<RunScope> {
  const endpoint = await findEndpoint(db, endpointId);
  if (endpoint === undefined) throw notFound('endpoint');
  if (!endpoint.enabled) throw new Problem('endpoint-disabled', 'Enable the endpoint first: a disabled one is not contacted.');
  return { endpoints: [endpoint.id], relink: true };
}

/** Undefined for all endpoints, those of later included. */
function everything(visible: Endpoint[], caller: Pick<Identity, 'permissions' | 'endpointsWith'>): string[] | undefined {
  const enabled = visible.filter(({ id, enabled }) => enabled && caller.permissions('run_sync', id));
  if (enabled.length === 0) {
    throw new Problem('no-endpoints', 'All endpoints are disabled. Enable one with PATCH /endpoints/{id}, then ask again.');
  }
  return caller.endpointsWith('run_sync') === 'all' ? undefined : enabled.map(({ id }) => id);
}

function idsOf(wanted: string[], visible: Endpoint[], caller: Pick<Identity, 'permissions'>): string[] {
  const errors: ProblemDetail[] = [];
  const ids = wanted.map((name, index) => {
    const found = findByIdOrName(name, visible);
    if (found === undefined) errors.push({ pointer: `/endpoints/${index}`, detail: 'No endpoint has this id or name.' });
    return found?.id ?? '';
  });
  if (errors.length > 0) throw new Problem('invalid-body', 'Some endpoints are not known; errors lists them.', { errors });
  if (!ids.every(id => caller.permissions('run_sync', id)))
    throw permissionDenied('run_sync', 'on every endpoint that you named');
  return [...new Set(ids)];
}
