import type { Operations } from '../openapi/operation';
import { activeSyncView, bootstrapStatusView } from './schema';

export const proxboxOperations = {
  'GET /sync/active': {
    id: 'getActiveSyncs',
    tag: 'Runs',
    summary: 'Tell whether a sync is under way',
    description: 'Of the endpoints that the caller may see.',
    answers: { 200: { description: 'The runs that are pending or running.', body: activeSyncView } },
  },
  'GET /extras/bootstrap-status': {
    id: 'getBootstrapStatus',
    tag: 'System',
    summary: 'Tell whether NetBox has what reflection stands on',
    description: 'Tags, types, roles and custom fields, as the last sync found or made them. Nothing is asked of NetBox.',
    answers: { 200: { description: 'What the last sync found.', body: bootstrapStatusView } },
  },
} as const satisfies Operations;
