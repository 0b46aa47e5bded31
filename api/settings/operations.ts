import type { Operations } from '../openapi/operation';
import { settingListView, settingsPatchSchema } from './schema';

const settings = {
  description: 'Every setting with its value and where it comes from.',
  body: settingListView,
  headers: ['ETag'],
} as const;

export const settingOperations = {
  'GET /settings': {
    id: 'listSettings',
    tag: 'Settings',
    summary: 'List the settings of the installation',
    answers: { 200: settings },
  },
  'PATCH /settings': {
    id: 'changeSettings',
    tag: 'Settings',
    summary: 'Change settings of the installation',
    description: 'All or nothing. What is absent stays as it is; null goes back to the default.',
    body: settingsPatchSchema,
    example: { overwrite_vm_tags: false, plan_change_limit_percent: 50, primary_ip_preference: null },
    ifMatch: true,
    answers: { 200: settings },
  },
  'GET /endpoints/:id/settings': {
    id: 'listSettingsOfEndpoint',
    tag: 'Settings',
    summary: 'List the settings that hold for an endpoint',
    description: 'What an endpoint decides for itself is its `policy`: it is changed with the endpoint, and has its ETag.',
    answers: { 200: settings },
  },
} as const satisfies Operations;
