import { z } from 'zod';
import { settingNames } from '../../domain/settings/register';
import { globalShape } from './setting-schema';

/** What is absent stays as it is; null goes back to the default. */
export const settingsPatchSchema = z.strictObject(globalShape).partial();

// What is answered --------------------------------------------------------------------------------------------------------

const value = z.union([z.boolean(), z.number(), z.string(), z.array(z.string())]);

export const settingView = z
  .strictObject({
    name: z.enum(settingNames),
    group: z.string().describe('Heading under which people look for it.'),
    description: z.string(),
    type: z.enum(['flag', 'number', 'choice', 'words', 'text']),
    value: value.describe('What holds.'),
    origin: z.enum(['environment', 'endpoint', 'global', 'default']).describe('Who decided it.'),
    environment: value.nullable().describe('What the environment of the API says; null when it says nothing. It counts first.'),
    endpoint: value.nullable().describe('What the endpoint says, where one was asked about. It counts second.'),
    global: value.nullable().describe('What holds for the installation unless somebody else decides. It counts third.'),
    default: value,
    layers: z.array(z.enum(['environment', 'endpoint', 'global'])).describe('Where it can be decided.'),
    variable: z.string().nullable().describe('The environment variable.'),
    takesEffect: z.enum(['next-run', 'worker-start']),
    unit: z.string().nullable(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    choices: z.array(z.string()).nullable(),
  })
  .meta({ id: 'Setting' });
export type SettingView = z.output<typeof settingView>;

export const settingListView = z.strictObject({
  version: z.number().int().describe('Of the installation, or of the endpoint: the ETag to send as If-Match.'),
  items: z.array(settingView),
});
export type SettingListView = z.output<typeof settingListView>;
