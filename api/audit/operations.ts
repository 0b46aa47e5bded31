import type { Operations } from '../openapi/operation';
import { auditListView, auditQuery, auditReportView, openIntentsQuery, openIntentsView } from './schema';

export const auditOperations = {
  'GET /audit': {
    id: 'listAudit',
    tag: 'Audit',
    summary: 'List audit rows, from the newest on',
    query: auditQuery,
    answers: { 200: { description: 'A page of rows.', body: auditListView, headers: ['Link'] } },
  },
  'GET /audit/open-intents': {
    id: 'listOpenIntents',
    tag: 'Audit',
    summary: 'List what was begun and never completed',
    query: openIntentsQuery,
    answers: { 200: { description: 'Intents without an outcome.', body: openIntentsView, headers: ['Link'] } },
  },
  'GET /audit/verify': {
    id: 'verifyAudit',
    tag: 'Audit',
    summary: 'Verify the chain of audit rows',
    description: 'Reads the whole log, and names the first row that is not as it was written.',
    answers: { 200: { description: 'What was found.', body: auditReportView } },
  },
} as const satisfies Operations;
