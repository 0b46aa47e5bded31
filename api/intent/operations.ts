import { z } from 'zod';
import type { Operations } from '../openapi/operation';
import { runView } from '../runs/schema';
import { planListQuery, planListView } from './plan-list';
import {
  applySchema,
  branchIdSchema,
  branchSummaryView,
  guestChangeView,
  hookView,
  intentMergeView,
  intentPlanView,
  intentStatusView,
  mergeSchema,
  planSchema,
} from './schema';

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
  'GET /intent/status': {
    id: 'getIntentStatus',
    tag: 'Intent',
    summary: 'Tell whether changes in NetBox reach Proxmox, and by what they are noticed',
    answers: { 200: { description: 'As the worker found it. Nothing is asked of NetBox.', body: intentStatusView } },
  },
  'GET /intent/plans': {
    id: 'listIntentPlans',
    tag: 'Intent',
    summary: 'List plans, newest first',
    description: 'Those about nothing but endpoints that the caller may view.',
    query: planListQuery,
    answers: { 200: { description: 'A page of plans.', body: planListView } },
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
    problems: ['intent-disabled', 'plan-not-ready', 'plan-applied', 'apply-open', 'other-plan', 'temporal-unavailable'],
  },
  'POST /intent/merge': {
    id: 'mergeIntent',
    tag: 'Intent',
    summary: 'Merge a branch of NetBox for the plan that was read, and apply it',
    description:
      'The branch is planned once more. Where that plan is the one that was read, NetBox merges the branch, and the merge is applied with the rights of whoever asks, who needs the permission for every change. A plan with blocked guests is refused unless `allow_blocked` says otherwise. NetBox merges the whole branch, whatever else stands in it.',
    body: mergeSchema,
    example: { branch_id: 7, digest: '4a7d1ed414474e4033ac29ccb8653d9b8e5cbd8e5f9c2f0e7d6e2f1a3b4c5d6e' },
    wait: true,
    answers: {
      200: {
        description: 'The merge has ended within the time that `Prefer: wait=N` gave it.',
        body: intentMergeView,
        headers: ['Location'],
      },
      202: { description: 'The merge is under way.', body: intentMergeView, headers: ['Location'] },
    },
    problems: ['intent-disabled', 'not-a-person', 'other-plan', 'plan-blocked', 'merge-open', 'temporal-unavailable'],
  },
  'GET /intent/merges/:id': {
    id: 'getIntentMerge',
    tag: 'Intent',
    summary: 'Show how a merge stands',
    answers: { 200: { description: 'The merge.', body: intentMergeView } },
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
