import type { Operations } from '../openapi/operation';
import {
  approveSchema,
  cancelSchema,
  codeSchema,
  codeView,
  deletionList,
  deletionQuery,
  deletionView,
  executeSchema,
  newDeletionSchema,
  rejectSchema,
} from './schema';

const shown = { description: 'The request.', body: deletionView, headers: ['ETag'] } as const;
const decided = {
  tag: 'Deletion requests',
  ifMatch: true,
  answers: { 200: { ...shown, description: 'The request, after the decision took effect.' } },
  problems: ['not-a-person', 'own-request', 'intent-disabled', 'target-mismatch', 'deletion-state', 'temporal-unavailable'],
} as const;
const aDigest = '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0';

export const deletionOperations = {
  'GET /intent/deletion-requests': {
    id: 'listDeletionRequests',
    tag: 'Deletion requests',
    summary: 'List deletion requests',
    description: 'Open ones first, by when they expire.',
    query: deletionQuery,
    answers: { 200: { description: 'A page of requests.', body: deletionList, headers: ['Link'] } },
  },
  'POST /intent/deletion-requests': {
    id: 'requestDeletion',
    tag: 'Deletion requests',
    summary: 'Ask for a guest to be deleted',
    description:
      'Nothing is deleted by this: somebody else must approve. A guest has one open request; whoever asks again joins it, and can no more approve it than the first. Needs `intent_delete_vm` or `intent_delete_lxc`.',
    body: newDeletionSchema,
    example: { endpoint_id: 'site-a', vmid: 100, reason: 'Replaced by web-2' },
    answers: {
      200: { ...shown, description: 'The open request of the guest, which you joined.', headers: ['ETag', 'Location'] },
      201: { ...shown, description: 'A new request.', headers: ['ETag', 'Location'] },
    },
    problems: ['not-a-person', 'intent-disabled', 'target-mismatch', 'deletion-closing'],
  },
  'GET /intent/deletion-requests/:id': {
    id: 'getDeletionRequest',
    tag: 'Deletion requests',
    summary: 'Show a deletion request',
    answers: { 200: shown },
  },
  'POST /intent/deletion-requests/:id/approve': {
    ...decided,
    id: 'approveDeletion',
    summary: 'Approve a deletion',
    description:
      'By somebody else than who asked. The guest is looked at once more, and destroyed if it is what was approved and nothing is in the way.',
    body: approveSchema,
    example: { digest: aDigest, name: 'web-1' },
  },
  'POST /intent/deletion-requests/:id/reject': {
    ...decided,
    id: 'rejectDeletion',
    summary: 'Reject a deletion',
    body: rejectSchema,
    example: { reason: 'Still in use' },
  },
  'POST /intent/deletion-requests/:id/cancel': {
    ...decided,
    id: 'cancelDeletion',
    summary: 'Withdraw a deletion request',
    description: 'By somebody who asked for it.',
    body: cancelSchema,
    example: { reason: 'Asked for by mistake' },
  },
  'POST /intent/deletion-requests/:id/code': {
    id: 'getDecisionCode',
    tag: 'Deletion requests',
    summary: 'Decide, and get the code by which it takes effect',
    description:
      'For whoever decides in the Temporal Web UI or with its command: the Update or Signal named like the verdict takes the code as its only argument, within ten minutes, once.',
    body: codeSchema,
    example: { verdict: 'approve', digest: aDigest, name: 'web-1' },
    ifMatch: true,
    answers: { 201: { description: 'The code, which is shown this once.', body: codeView } },
    problems: ['not-a-person', 'own-request', 'intent-disabled', 'target-mismatch', 'deletion-state'],
  },
  'POST /intent/deletion-requests/:id/execute': {
    id: 'executeDeletion',
    tag: 'Deletion requests',
    summary: 'Look at an approved request now',
    description:
      'An approved request is carried out by itself; one that is held or blocked is looked at again every five minutes, and by this.',
    body: executeSchema,
    example: { vmid: 100, kind: 'qemu' },
    answers: { 202: { ...shown, description: 'It is being looked at.' } },
    problems: ['target-mismatch', 'deletion-state', 'not-approved', 'temporal-unavailable'],
  },
  'POST /intent/deletion-requests/:id/adopt': {
    id: 'adoptDeletion',
    tag: 'Deletion requests',
    summary: 'Take on a request whose asker is unknown here',
    description: 'Whoever adopts it becomes its requester, and can no longer approve it.',
    answers: { 200: shown },
    problems: ['not-a-person', 'deletion-state', 'temporal-unavailable'],
  },
} as const satisfies Operations;
