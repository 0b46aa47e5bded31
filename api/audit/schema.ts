import { z } from 'zod';
import { auditActions } from '../../domain/audit/actions';
import { listOf, pagingQuery, shortListQuery } from '../paging';

const results = z.enum(['succeeded', 'refused', 'failed', 'unknown']);
const time = z.iso
  .datetime({ offset: true })
  .transform(text => new Date(text))
  .optional();

export const auditQuery = z.strictObject({
  ...pagingQuery,
  actor: z.string().max(150).optional().describe('A name, in whatever case.'),
  action: z.enum(auditActions).optional(),
  objectType: z.string().max(50).optional(),
  objectId: z.string().max(200).optional(),
  endpointId: z.uuid().optional(),
  runId: z.uuid().optional(),
  result: results.optional(),
  since: time.describe('From this time on.'),
  until: time.describe('Before this time.'),
});

export const auditCursorSchema = z.strictObject({ before: z.number().int() });

export const openIntentsQuery = shortListQuery.extend({
  olderThanSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(31_536_000)
    .default(60)
    .describe('Those that are younger may still be under way.'),
});

// What is answered --------------------------------------------------------------------------------------------------------

export const auditRowView = z
  .strictObject({
    seq: z.number().int().describe('From 1 on, without gaps.'),
    time: z.string().describe('UTC, to the microsecond.'),
    phase: z
      .enum(['intent', 'outcome', 'event'])
      .describe('An intent is written before an effect, its outcome after it; an event has no effect of its own.'),
    intentSeq: z.number().int().nullable().describe('Of an outcome: the intent that it completes.'),
    result: results.nullable(),
    action: z.enum(auditActions),
    actor: z.strictObject({
      kind: z.enum(['user', 'service', 'system', 'unknown']),
      id: z.uuid().nullable(),
      name: z.string(),
      authenticatedBy: z.string(),
      label: z.string().nullable().describe('What X-Proxbox-Actor said. It identifies nobody.'),
    }),
    object: z.strictObject({ type: z.string(), id: z.string().nullable() }).nullable(),
    endpointId: z.uuid().nullable(),
    runId: z.uuid().nullable(),
    beforeDigest: z.string().nullable(),
    afterDigest: z.string().nullable(),
    reason: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    requestId: z.string().nullable(),
    hash: z.string(),
  })
  .meta({ id: 'AuditRow' });
export type AuditRowView = z.output<typeof auditRowView>;

export const auditListView = listOf(auditRowView);
export type AuditListView = z.output<typeof auditListView>;

export const openIntentsView = listOf(auditRowView);
export type OpenIntentsView = z.output<typeof openIntentsView>;

export const auditReportView = z.strictObject({
  intact: z.boolean(),
  rows: z.number().int().describe('Rows that are in their place.'),
  head: z.strictObject({ seq: z.number().int(), hash: z.string() }).nullable().describe('The last of them.'),
  heads: z.number().int().describe('Heads outside of the database that were compared.'),
  fault: z
    .strictObject({
      seq: z.number().int().nullable(),
      kind: z.enum(['altered', 'missing', 'moved', 'unlinked', 'rewritten', 'truncated', 'other-key', 'heads-altered']),
      message: z.string(),
    })
    .nullable()
    .describe('The first row that is not as it was written.'),
});
export type AuditReportView = z.output<typeof auditReportView>;
