import type { Operations } from '../openapi/operation';
import { runEventsQuery, runEventView } from './events-query';
import {
  confirmSchema,
  findingListView,
  findingsQuery,
  fullUpdateSchema,
  planQuery,
  planView,
  runListQuery,
  runListView,
  runView,
} from './schema';

const waited = {
  200: { description: 'The run has ended within the time that `Prefer: wait=N` gave it.', body: runView, headers: ['Location'] },
  202: { description: 'The run is under way.', body: runView, headers: ['Location'] },
} as const;

export const runOperations = {
  'POST /full-update': {
    id: 'startFullUpdate',
    tag: 'Runs',
    summary: 'Start a sync',
    description: 'Of all endpoints that are enabled, unless some are named.',
    body: fullUpdateSchema,
    example: { dryRun: true, endpoints: ['site-a'], kinds: ['virtual-machine'] },
    wait: true,
    answers: waited,
    problems: ['no-endpoints', 'temporal-unavailable'],
  },
  'POST /endpoints/:id/relink': {
    id: 'relinkEndpoint',
    tag: 'Runs',
    summary: "Match an endpoint's guests anew",
    description: 'Forgets which NetBox objects show its guests. The plan of the run waits for a person.',
    wait: true,
    answers: waited,
    problems: ['endpoint-disabled', 'temporal-unavailable'],
  },
  'GET /runs': {
    id: 'listRuns',
    tag: 'Runs',
    summary: 'List runs, from the newest on',
    query: runListQuery,
    answers: { 200: { description: 'A page of runs.', body: runListView, headers: ['Link'] } },
  },
  'GET /runs/:id': {
    id: 'getRun',
    tag: 'Runs',
    summary: 'Show a run',
    answers: { 200: { description: 'The run with all that belongs to it.', body: runView } },
  },
  'GET /runs/:id/events': {
    id: 'watchRun',
    tag: 'Runs',
    summary: 'Follow a run as it happens',
    description:
      'Server-sent events, those of the runs of its endpoints included. The stream ends after the `complete` of the run; one that was cut off goes on behind `Last-Event-ID`.',
    query: runEventsQuery,
    answers: {
      200: {
        description: 'The events, from the first or the one behind the last that is known.',
        body: runEventView,
        type: 'text/event-stream',
      },
      204: { description: 'The run has ended, and its last event is known.' },
    },
  },
  'GET /runs/:id/plan': {
    id: 'getRunPlan',
    tag: 'Runs',
    summary: 'List the changes that a run planned',
    description: 'Of a full sync: those of all its endpoints.',
    query: planQuery,
    answers: { 200: { description: 'A page of changes.', body: planView, headers: ['Link'] } },
  },
  'GET /runs/:id/findings': {
    id: 'getRunFindings',
    tag: 'Runs',
    summary: 'List what a run noticed',
    query: findingsQuery,
    answers: { 200: { description: 'A page of findings.', body: findingListView, headers: ['Link'] } },
  },
  'POST /runs/:id/confirm': {
    id: 'confirmRun',
    tag: 'Runs',
    summary: 'Let a plan be written that waits for a person',
    description: 'Answers with the new run that writes it. `planDigest` is that of the run whose plan was read.',
    body: confirmSchema,
    example: { planDigest: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
    wait: true,
    answers: waited,
    problems: ['not-awaiting-confirmation', 'other-plan', 'temporal-unavailable'],
  },
  'POST /runs/:id/cancel': {
    id: 'cancelRun',
    tag: 'Runs',
    summary: 'Ask a run to stop',
    wait: true,
    answers: waited,
    problems: ['run-ended', 'temporal-unavailable'],
  },
} as const satisfies Operations;
