import type { Endpoint } from '../../database/repositories/endpoints';

/** The endpoint that somebody means by its id or, in whatever case, its name. */
export function findByIdOrName(wanted: string, endpoints: readonly Endpoint[]): Endpoint | undefined {
  const text = wanted.toLowerCase();
  return endpoints.find(({ id }) => id === text) ?? endpoints.find(({ name }) => name.toLowerCase() === text);
}
