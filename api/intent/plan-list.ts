import { z } from 'zod';
import type { PlanLine } from '../../database/repositories/intent/plan-list';
import { listOf, pagingQuery } from '../paging';
import { runView } from '../runs/schema';
import { intentPlanView } from './schema';
import { sourceOf } from './view';

/** Plans as lines of a list. */

export const planListQuery = z.strictObject(pagingQuery);
export const planCursorSchema = z.strictObject({ createdAt: z.iso.datetime({ precision: 6 }), id: z.uuid() });

const { id, branch, source, state, requestedBy, createdAt } = intentPlanView.shape;

const planLineView = z
  .strictObject({
    ...{ id, branch, source, state, requestedBy, createdAt },
    summary: z.string().nullable(),
    changes: z.number().int().describe('How many guests it would change.'),
    blocked: z.number().int().describe('How many of them are blocked.'),
    run: z.strictObject({ id: z.uuid(), state: runView.shape.state }).nullable().describe('The run that applies it.'),
  })
  .meta({ id: 'IntentPlanLine' });

export const planListView = listOf(planLineView);
export type PlanListView = z.output<typeof planListView>;

export const summarisePlan = ({ message, createdAt, changeLog, ...line }: PlanLine): PlanListView['items'][number] => ({
  ...line,
  source: sourceOf({ branch: line.branch, changeLog }),
  summary: message,
  createdAt: createdAt.toISOString(),
});
