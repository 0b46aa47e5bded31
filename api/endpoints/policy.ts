import { z } from 'zod';
import type { EndpointPolicy } from '../../database/repositories/endpoints';
import { endpointShape } from '../settings/setting-schema';

/** Every setting and flag that an endpoint may decide for itself; null means what holds for the installation. */
export const policySchema = z.strictObject(endpointShape).meta({ id: 'Policy' });
/** Absent keys stay as they are; null goes back to what holds for the installation. */
export const policyChangeSchema = policySchema.partial().meta({ id: 'PolicyChange' });

export type PolicyView = z.output<typeof policySchema>;
type PolicyChange = z.output<typeof policyChangeSchema>;

const inheritsAll = Object.fromEntries(Object.keys(policySchema.shape).map(key => [key, null]));

/** Keys that a newer release stored are left out. */
export const viewPolicy = (stored: EndpointPolicy): PolicyView => policySchema.strip().parse({ ...inheritsAll, ...stored });

/** The stored policy with a change applied: only what the endpoint decides is kept. */
export function changePolicy(stored: EndpointPolicy, change: PolicyChange): EndpointPolicy {
  const entries = Object.entries({ ...stored, ...change }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries);
}
