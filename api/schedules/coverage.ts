import type { EndpointSet } from '../../domain/people/rights';
import type { Schedule } from '../../domain/schedules/schedule';

/** The endpoints that a schedule is about. One whose endpoints were all deleted is about nobody's in particular: the installation's. */
export function coverage({ endpoints }: Pick<Schedule, 'endpoints'>, existing: readonly { id: string }[]): EndpointSet {
  const left = endpoints?.filter(id => existing.some(endpoint => endpoint.id === id)) ?? [];
  return left.length === 0 ? 'all' : left;
}
