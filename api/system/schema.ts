import { z } from 'zod';

const part = z.enum(['ok', 'unreachable']);

export const healthView = z.strictObject({
  /** `degraded`: reads and new runs work, but no worker takes the work. */
  status: z.enum(['ok', 'degraded', 'unavailable']),
  process: z.literal('ok'),
  database: part,
  temporal: part,
  /** Worker processes by task queue; null while Temporal cannot be asked. */
  pollers: z.record(z.string(), z.number().int().nullable()),
});
export type HealthView = z.output<typeof healthView>;

export const liveView = z.strictObject({ status: z.literal('live').describe('The process answers.') });
export type LiveView = z.output<typeof liveView>;

export const readyView = z.strictObject({
  status: z.enum(['ready', 'not-ready']),
  problems: z
    .array(z.strictObject({ part: z.string().describe('database, temporal'), problem: z.string() }))
    .describe('What is missing, in words; empty when ready.'),
});
export type ReadyView = z.output<typeof readyView>;

export const metaView = z.strictObject({
  name: z.string(),
  version: z.string(),
  databaseEngine: z.enum(['embedded', 'external']),
  temporal: z.strictObject({
    uiUrl: z.string().nullable(),
    namespace: z.string(),
    taskQueues: z.array(z.string()),
  }),
});
export type MetaView = z.output<typeof metaView>;

export const openApiView = z.looseObject({ openapi: z.string() }).describe('What you are reading.');
