import { z } from 'zod';
import { runSummaryView } from '../runs/schema';

/** Answers under the names that Proxbox gives them, for programs that know it. */

export const activeSyncView = z.strictObject({
  active: z.boolean(),
  started_at: z.iso.datetime().nullable().describe('Of the oldest run; null while it waits for a worker.'),
  id: z.uuid().nullable().describe('Of the oldest run.'),
  kind: z.string().nullable(),
  runs: z.array(runSummaryView).describe('All that are under way, the oldest first; a hundred at most.'),
});
export type ActiveSyncView = z.output<typeof activeSyncView>;

export const bootstrapStatusView = z.strictObject({
  ok: z.boolean().describe('Everything that reflection stands on was there, or was made.'),
  skipped: z.boolean().describe('No sync has looked yet.'),
  reason: z.string().nullable(),
  warnings: z.array(z.string()).describe('What could not be made, and what to do.'),
  created: z.number().int(),
  patched: z.number().int(),
  checkedAt: z.iso.datetime().nullable(),
  run: z.uuid().nullable().describe('The sync that looked.'),
});
export type BootstrapStatusView = z.output<typeof bootstrapStatusView>;
