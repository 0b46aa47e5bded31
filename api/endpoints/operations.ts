import type { Operations } from '../openapi/operation';
import { shortListQuery } from '../paging';
import { probeView } from './probe-schema';
import { endpointCreateSchema, endpointListView, endpointPatchSchema, endpointView } from './schema';

const endpoint = { description: 'The endpoint, without its secrets.', body: endpointView, headers: ['ETag'] } as const;

export const endpointOperations = {
  'GET /endpoints': {
    id: 'listEndpoints',
    tag: 'Endpoints',
    summary: 'List endpoints',
    query: shortListQuery,
    answers: { 200: { description: 'Those that the caller may see, by name.', body: endpointListView, headers: ['Link'] } },
  },
  'POST /endpoints': {
    id: 'createEndpoint',
    tag: 'Endpoints',
    summary: 'Create an endpoint',
    description: 'Nothing is contacted before the first sync. Secrets go in and never come out.',
    body: endpointCreateSchema,
    example: {
      name: 'site-a',
      url: 'https://pve.example.com:8006',
      credentials: { read: { kind: 'token', principal: 'proxbox@pve!sync', secret: '00000000-0000-4000-8000-000000000000' } },
    },
    answers: { 201: { ...endpoint, headers: ['ETag', 'Location'] } },
    problems: ['name-taken'],
  },
  'GET /endpoints/:id': { id: 'getEndpoint', tag: 'Endpoints', summary: 'Show an endpoint', answers: { 200: endpoint } },
  'PATCH /endpoints/:id': {
    id: 'changeEndpoint',
    tag: 'Endpoints',
    summary: 'Change an endpoint',
    description:
      'What is absent stays as it is. Another address, or another way to check its certificate, needs the secrets again: nobody else may get them sent.',
    body: endpointPatchSchema,
    example: { policy: { overwrite_vm_tags: false } },
    ifMatch: true,
    answers: { 200: endpoint },
    problems: ['name-taken', 'secret-required'],
  },
  'DELETE /endpoints/:id': {
    id: 'deleteEndpoint',
    tag: 'Endpoints',
    summary: 'Delete an endpoint',
    description: 'Deletes nothing in NetBox.',
    ifMatch: true,
    answers: { 204: { description: 'It is gone.' } },
    problems: ['run-open'],
  },
  'POST /endpoints/:id/rebind': {
    id: 'rebindEndpoint',
    tag: 'Endpoints',
    summary: 'Accept another cluster behind the address',
    answers: { 200: endpoint },
  },
  'POST /endpoints/:id/test': {
    id: 'testEndpoint',
    tag: 'Endpoints',
    summary: 'Test the connections of an endpoint',
    description:
      'Asks Proxmox with the stored credentials, and NetBox with its token, and names every privilege and permission that is missing. Nothing is changed on either side.',
    wait: true,
    answers: {
      200: {
        description: 'The test has ended within the time that `Prefer: wait=N` gave it.',
        body: probeView,
        headers: ['Location'],
      },
      202: { description: 'The test is under way.', body: probeView, headers: ['Location'] },
    },
    problems: ['endpoint-disabled', 'temporal-unavailable'],
  },
  'GET /endpoints/:id/tests/:testId': {
    id: 'getEndpointTest',
    tag: 'Endpoints',
    summary: 'Show a test of the connections',
    answers: { 200: { description: 'The test; the last twenty of an endpoint are kept.', body: probeView } },
  },
} as const satisfies Operations;
