import { z } from 'zod';
import type { EndpointPolicy } from '../../database/repositories/endpoints';
import { overwriteFlags, type OverwriteFlag } from '../../domain/reflection/policy';
import { plainText } from '../text';

/** Null means the setting of the installation. */
const inherited = <Schema extends z.ZodType>(schema: Schema) => schema.nullable();

const settings = {
  syncTemplates: inherited(z.boolean()),
  ignoreIpv6LinkLocal: inherited(z.boolean()),
  primaryIpPreference: inherited(z.enum(['ipv4', 'ipv6'])),
  reflectGuestInterfaces: inherited(z.boolean()),
  interfaceExcludeNames: inherited(z.array(plainText(64)).max(200)),
  interfaceExcludePrefixes: inherited(z.array(plainText(64)).max(200)),
  overwriteHumanStatus: inherited(z.boolean()),
  planChangeLimitPercent: inherited(z.number().int().min(0).max(100)),
  otherToolDisabled: inherited(z.boolean()),
} satisfies Record<Exclude<keyof EndpointPolicy, OverwriteFlag>, z.ZodType>;

const flags = Object.fromEntries(overwriteFlags.map(flag => [flag, inherited(z.boolean())])) as Record<
  OverwriteFlag,
  z.ZodNullable<z.ZodBoolean>
>;

/** Every setting and flag that an endpoint may decide for itself. */
export const policySchema = z.strictObject({ ...settings, ...flags });
/** Absent keys stay as they are; null goes back to the setting of the installation. */
export const policyChangeSchema = policySchema.partial();

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
