import type { Queryable } from '../../database/queryable';
import { type Endpoint, listEndpoints } from '../../database/repositories/endpoints';
import type { RunScope } from '../../domain/run';
import { Problem, type ProblemDetail } from '../errors';
import type { FullUpdate } from './schema';

/** What a full update covers: names become ids. */
export async function scopeOf(db: Queryable, { dryRun, endpoints: wanted, kinds }: FullUpdate): Promise<RunScope> {
  const endpoints = await listEndpoints(db);
  if (endpoints.length === 0) {
    throw new Problem('no-endpoints', 'There is no endpoint yet. Create one with POST /endpoints, then ask again.');
  }
  if (wanted === undefined && !endpoints.some(({ enabled }) => enabled)) {
    throw new Problem('no-endpoints', 'All endpoints are disabled. Enable one with PATCH /endpoints/{id}, then ask again.');
  }
  return {
    ...(dryRun && { dryRun }),
    ...(wanted && { endpoints: idsOf(wanted, endpoints) }),
    ...(kinds && { kinds: [...new Set(kinds)] }),
  };
}

function idsOf(wanted: string[], endpoints: Endpoint[]): string[] {
  const errors: ProblemDetail[] = [];
  const ids = wanted.map((name, index) => {
    const found = findByIdOrName(name.toLowerCase(), endpoints);
    if (found === undefined) errors.push({ pointer: `/endpoints/${index}`, detail: 'No endpoint has this id or name.' });
    return found?.id ?? '';
  });
  if (errors.length > 0) throw new Problem('invalid-body', 'Some endpoints are not known; errors lists them.', { errors });
  return [...new Set(ids)];
}

const findByIdOrName = (wanted: string, endpoints: Endpoint[]): Endpoint | undefined =>
  endpoints.find(({ id }) => id === wanted) ?? endpoints.find(({ name }) => name.toLowerCase() === wanted);
