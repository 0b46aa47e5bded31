import { z } from 'zod';
import type { Operations } from '../openapi/operation';
import { runView } from '../runs/schema';
import { applySchema, branchIdSchema, branchSummaryView, guestChangeView, hookView, intentPlanView, planSchema } from './schema';

const planned = { description: 'The plan.', body: intentPlanView, headers: ['Location'] } as const;

const underWay = {
  200: { description: 'The run has ended within the time that `Prefer: wait=N` gave it.', body: runView, headers: ['Location'] },
  202: { description: 'The run is under way.', body: runView, headers: ['Location'] },
} as const;

export const intentOperations = {
  'POST /intent/plan': {
    id: 'planIntent',
    tag: 'Intent',
    summary: 'Plan changes of guests',
    description:
      'Reads the guests and what their clusters have, checks, and lists the exact calls to Proxmox that would be made. Nothing is changed. `Prefer: wait=30` waits for the plan.',
    body: planSchema,
    example: { endpoint_id: 'site-a', diffs: [{ op: 'update', kind: 'qemu', payload: { vmid: 100, memory_mib: 4096 } }] },
    wait: true,
    answers: {
      200: { ...planned, description: 'The plan was made within the time that `Prefer: wait=N` gave it.' },
      202: { ...planned, description: 'The plan is being made.' },
    },
    problems: ['temporal-unavailable'],
  },
  'GET /intent/plans/:id': {
    id: 'getIntentPlan',
    tag: 'Intent',
    summary: 'Show a plan',
    answers: { 200: { description: 'The plan.', body: intentPlanView } },
  },
  'GET /intent/plan-summary/:branchId': {
    id: 'getBranchPlan',
    tag: 'Intent',
    summary: 'Show what a branch of NetBox would do, or did',
    path: { branchId: branchIdSchema },
    answers: { 200: { description: 'The newest plan of the branch, and what became known of it.', body: branchSummaryView } },
  },
  'POST /intent/apply': {
    id: 'applyIntent',
    tag: 'Intent',
    summary: 'Apply changes of guests',
    description:
      'A plan that was read, named with its digest; or changes, which are planned first. What a plan blocks is not made; the rest is, one guest after the other.',
    body: applySchema,
    example: { endpoint_id: 'site-a', diffs: [{ op: 'update', kind: 'qemu', payload: { vmid: 100, memory_mib: 4096 } }] },
    wait: true,
    answers: underWay,
    problems: ['intent-disabled', 'plan-not-ready', 'plan-applied', 'other-plan', 'temporal-unavailable'],
  },
  'POST /runs/:id/pause': {
    id: 'pauseRun',
    tag: 'Runs',
    summary: 'Let a run that applies changes begin no further guest',
    description: 'The guest that is under way goes on to its end.',
    wait: true,
    answers: underWay,
    problems: ['not-applying', 'run-ended', 'temporal-unavailable'],
  },
  'POST /runs/:id/resume': {
    id: 'resumeRun',
    tag: 'Runs',
    summary: 'Let a paused run go on',
    wait: true,
    answers: underWay,
    problems: ['not-applying', 'run-ended', 'temporal-unavailable'],
  },
  'POST /intent/changes/:id/drop': {
    id: 'dropIntentChange',
    tag: 'Intent',
    summary: 'Give up a change that was not made',
    description: 'Reflection goes on with the fields of the guest as usual.',
    answers: { 200: { description: 'The change.', body: guestChangeView } },
    problems: ['no-hold'],
  },
  'POST /hooks/netbox': {
    id: 'hearNetBox',
    tag: 'Intent',
    summary: 'Hear of a branch that was merged or reverted',
    description:
      'What NetBox calls. The header `X-Hook-Signature` is the HMAC-SHA512 of the body. A call is a hint and no more: what it tells is read in NetBox.',
    body: z.record(z.string(), z.unknown()),
    example: { event: 'updated', model: 'branch', data: { id: 7, name: 'more memory' } },
    answers: { 202: { description: 'The branches are looked at; `heard` is false while nobody watches.', body: hookView } },
    problems: ['hook-refused'],
  },
} as const satisfies Operations;
