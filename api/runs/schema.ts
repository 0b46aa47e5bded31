import { z } from 'zod';
import { reflectionKindNames } from '../../domain/reflection/kind-names';
import { applyResultView } from '../intent/schema';
import { listOf, pagingQuery } from '../paging';
import { plainText } from '../text';

export const runStates = ['pending', 'running', 'awaiting_confirmation', 'completed', 'partial', 'failed', 'cancelled'] as const;
const runKinds = ['full-sync', 'endpoint-sync', 'intent-apply'] as const;
export const actions = ['create', 'update', 'delete', 'link'] as const;
export const changeStates = ['planned', 'sending', 'done', 'refused', 'skipped'] as const;
const severities = ['info', 'warning', 'error'] as const;

// What is asked -----------------------------------------------------------------------------------------------------------

export const fullUpdateSchema = z.strictObject({
  dryRun: z.boolean().default(false).describe('Stop after the plan.'),
  endpoints: z.array(plainText(100)).min(1).max(500).optional().describe('Ids or names; all enabled endpoints when absent.'),
  kinds: z
    .array(z.enum(reflectionKindNames))
    .min(1)
    .optional()
    .describe('All kinds when absent; what they depend on comes along.'),
});
export type FullUpdate = z.output<typeof fullUpdateSchema>;

/** A confirmation holds for the plan that the person has read, and for no other. */
export const confirmSchema = z.strictObject({
  planDigest: plainText(200).describe('`planDigest` of the run, as it stood beside the plan that was read.'),
});
export type Confirmation = z.output<typeof confirmSchema>;

export const runListQuery = z.strictObject({
  state: z.enum(runStates).optional(),
  kind: z.enum(runKinds).optional(),
  endpoint: plainText(100).optional().describe('Id or name.'),
  ...pagingQuery,
});

export const planQuery = z.strictObject({
  kind: z.enum(reflectionKindNames).optional(),
  action: z.enum(actions).optional(),
  state: z.enum(changeStates).optional(),
  q: plainText(200).optional().describe('Part of a label, a key, a guest or a value.'),
  ...pagingQuery,
});

export const findingsQuery = z.strictObject({
  code: plainText(100).optional(),
  severity: z.enum(severities).optional(),
  ...pagingQuery,
});

/** What a cursor stands for, so that a made-up one is refused. */
export const runCursorSchema = z.strictObject({ createdAt: z.iso.datetime({ precision: 6 }), id: z.uuid() });
export const rowCursorSchema = z.strictObject({ runId: z.uuid(), seq: z.int32() });

// What is answered --------------------------------------------------------------------------------------------------------

const time = z.iso.datetime();
const json = z.record(z.string(), z.unknown());

const scopeView = z.strictObject({
  dryRun: z.boolean().optional(),
  endpoints: z.array(z.uuid()).optional().describe('Absent: all enabled endpoints.'),
  kinds: z.array(z.enum(reflectionKindNames)).optional(),
  guests: z.array(z.string()).optional().describe('Guests alone that a change was applied to, as `qemu/100`.'),
  relink: z.boolean().optional(),
  confirms: z.uuid().optional().describe('The run whose plan a person confirmed.'),
});

export const runSummaryView = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(runKinds),
    parentId: z.uuid().nullable(),
    endpoint: z.strictObject({ id: z.uuid(), name: z.string().nullable() }).nullable(),
    scope: scopeView,
    requestedBy: z.string(),
    state: z.enum(runStates),
    phase: z.string().nullable(),
    reason: z.string().nullable().describe('Why it ended as it did; a stable code.'),
    message: z.string().nullable().describe('The same for people, with what to do.'),
    counts: json,
    workflow: z.strictObject({ id: z.string(), url: z.string().nullable() }),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
  })
  .meta({ id: 'RunSummary' });
export type RunSummaryView = z.output<typeof runSummaryView>;

export const changeView = z
  .strictObject({
    runId: z.uuid(),
    seq: z.number().int(),
    kind: z.string(),
    action: z.enum(actions),
    label: z.string(),
    key: z.string(),
    guest: z.string().nullable(),
    netboxId: z.number().int().nullable(),
    fields: z.array(z.strictObject({ field: z.string(), before: z.unknown(), after: z.unknown() })),
    why: z.string().nullable(),
    state: z.enum(changeStates),
    error: z
      .strictObject({ code: z.string(), text: z.string(), fields: z.unknown().optional() })
      .nullable()
      .describe("NetBox's words about a refused write."),
  })
  .meta({ id: 'Change' });
export type ChangeView = z.output<typeof changeView>;

export const findingView = z
  .strictObject({
    runId: z.uuid(),
    seq: z.number().int(),
    code: z.string(),
    severity: z.enum(severities),
    kind: z.string().nullable(),
    key: z.string().nullable(),
    label: z.string(),
    message: z.string(),
    detail: json,
  })
  .meta({ id: 'Finding' });
export type FindingView = z.output<typeof findingView>;

const count = z.number().int();

export const runView = runSummaryView
  .extend({
    netboxVersion: z.string().nullable(),
    planDigest: z.string().nullable(),
    confirmedBy: z.string().nullable(),
    confirmedAt: time.nullable(),
    report: json,
    plan: z.strictObject({
      url: z.string(),
      totals: z.array(z.strictObject({ kind: z.string(), action: z.enum(actions), state: z.enum(changeStates), count })),
    }),
    /** The first of them; all are in the plan with `state=refused`. */
    refused: z.strictObject({ total: count, items: z.array(changeView) }),
    /** The first of them; all are behind `url`. */
    findings: z.strictObject({
      url: z.string(),
      totals: z.array(z.strictObject({ code: z.string(), severity: z.enum(severities), count })),
      items: z.array(findingView),
    }),
    /** Of a run that applies changes of guests. */
    intent: applyResultView.nullable(),
    children: z.array(runSummaryView),
  })
  .meta({ id: 'Run' });
export type RunView = z.output<typeof runView>;

export const runListView = listOf(runSummaryView);
export type RunListView = z.output<typeof runListView>;
export const planView = listOf(changeView);
export type PlanView = z.output<typeof planView>;
export const findingListView = listOf(findingView);
export type FindingListView = z.output<typeof findingListView>;
