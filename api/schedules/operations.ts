import type { Operations } from '../openapi/operation';
import { shortListQuery } from '../paging';
import {
  scheduleBackfillSchema,
  scheduleCreateSchema,
  scheduleListView,
  schedulePatchSchema,
  schedulePauseSchema,
  scheduleView,
} from './schema';

const shown = { 200: { description: 'The schedule as it is now.', body: scheduleView, headers: ['ETag'] } } as const;
const asked = {
  202: {
    description: 'It was started. What comes of it stands in `firings` soon.',
    body: scheduleView,
    headers: ['ETag', 'Location'],
  },
} as const;

export const scheduleOperations = {
  'GET /schedules': {
    id: 'listSchedules',
    tag: 'Schedules',
    summary: 'List schedules',
    description:
      'With the next times and what came of the last ones. A schedule is shown to whoever may view all of its endpoints.',
    query: shortListQuery,
    answers: { 200: { description: 'A page of those that the caller may see.', body: scheduleListView, headers: ['Link'] } },
  },
  'POST /schedules': {
    id: 'createSchedule',
    tag: 'Schedules',
    summary: 'Create a schedule',
    description: 'It acts as its owner, whose rights are read again each time that it is due.',
    body: scheduleCreateSchema,
    example: { name: 'nightly', cron: '17 3 * * *', timeZone: 'Europe/Berlin', jitterSeconds: 300, endpoints: ['site-a'] },
    answers: { 201: { description: 'The schedule.', body: scheduleView, headers: ['ETag', 'Location'] } },
    problems: ['name-taken', 'no-endpoints', 'temporal-unavailable'],
  },
  'GET /schedules/:id': { id: 'getSchedule', tag: 'Schedules', summary: 'Show a schedule', answers: shown },
  'PATCH /schedules/:id': {
    id: 'changeSchedule',
    tag: 'Schedules',
    summary: 'Change a schedule',
    description: 'What is absent stays. Of `cron` and `everySeconds`, the one that is given takes the place of the other.',
    body: schedulePatchSchema,
    example: { everySeconds: 3600 },
    ifMatch: true,
    answers: shown,
    problems: ['name-taken', 'no-endpoints', 'temporal-unavailable'],
  },
  'DELETE /schedules/:id': {
    id: 'deleteSchedule',
    tag: 'Schedules',
    summary: 'Delete a schedule',
    description: 'The runs that it started stay, and one that is under way goes on.',
    ifMatch: true,
    answers: { 204: { description: 'It is gone.' } },
    problems: ['temporal-unavailable'],
  },
  'POST /schedules/:id/pause': {
    id: 'pauseSchedule',
    tag: 'Schedules',
    summary: 'Pause a schedule',
    description: 'With a note for whoever finds it paused. A run that is under way goes on.',
    body: schedulePauseSchema,
    example: { note: 'NetBox is upgraded tonight' },
    answers: shown,
    problems: ['temporal-unavailable'],
  },
  'POST /schedules/:id/resume': {
    id: 'resumeSchedule',
    tag: 'Schedules',
    summary: 'Let a paused schedule go on',
    answers: shown,
    problems: ['temporal-unavailable'],
  },
  'POST /schedules/:id/trigger': {
    id: 'triggerSchedule',
    tag: 'Schedules',
    summary: 'Run a schedule now',
    description: 'Also while it is paused. It acts as its owner, not as the caller.',
    answers: asked,
    problems: ['run-open', 'temporal-unavailable'],
  },
  'POST /schedules/:id/backfill': {
    id: 'backfillSchedule',
    tag: 'Schedules',
    summary: 'Make up for times that are over',
    description: 'Starts it once for each time of the range at which it would have been due.',
    body: scheduleBackfillSchema,
    example: { from: '2026-01-31T00:00:00Z', to: '2026-01-31T06:00:00Z', overlap: 'skip' },
    answers: asked,
    problems: ['temporal-unavailable'],
  },
} as const satisfies Operations;
