import type { Operations } from '../openapi/operation';
import { healthView, liveView, metaView, openApiView, readyView } from './schema';

export const systemOperations = {
  'GET /health': {
    id: 'getHealth',
    tag: 'System',
    summary: 'Tell whether the service and what it stands on work',
    answers: {
      200: { description: 'It works, or works without workers.', body: healthView },
      503: { description: 'The database or Temporal does not answer.', body: healthView },
    },
  },
  'GET /health/live': {
    id: 'getLiveness',
    tag: 'System',
    summary: 'Tell that the process answers',
    answers: { 200: { description: 'It does.', body: liveView } },
  },
  'GET /health/ready': {
    id: 'getReadiness',
    tag: 'System',
    summary: 'Tell whether the process can serve',
    description: 'Its database is migrated, and Temporal answers.',
    answers: {
      200: { description: 'It can.', body: readyView },
      503: { description: 'It cannot; `problems` says why.', body: readyView },
    },
  },
  'GET /meta': {
    id: 'getMeta',
    tag: 'System',
    summary: 'Tell name, version and where to look at workflows',
    answers: { 200: { description: 'About this service.', body: metaView } },
  },
  'GET /openapi.json': {
    id: 'getOpenApi',
    tag: 'System',
    summary: 'Give this document',
    answers: { 200: { description: 'An OpenAPI 3.1 document.', body: openApiView } },
  },
} as const satisfies Operations;
