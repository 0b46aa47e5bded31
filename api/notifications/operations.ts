import type { Operations } from '../openapi/operation';
import { shortListQuery } from '../paging';
import {
  deliveryListView,
  deliveryQuery,
  deliveryView,
  newTargetView,
  targetCreateSchema,
  targetListView,
  targetPatchSchema,
  targetView,
} from './schema';

const target = { description: 'The target.', body: targetView, headers: ['ETag'] } as const;

export const notificationOperations = {
  'GET /notifications/targets': {
    id: 'listNotificationTargets',
    tag: 'Notifications',
    summary: 'List who is told of what',
    query: shortListQuery,
    answers: { 200: { description: 'All targets, by name.', body: targetListView, headers: ['Link'] } },
  },
  'POST /notifications/targets': {
    id: 'createNotificationTarget',
    tag: 'Notifications',
    summary: 'Create a target',
    description:
      'Without `subscriptions` it is told of everything. The key of a webhook that is made for it is shown in this answer only.',
    body: targetCreateSchema,
    example: { kind: 'mail', name: 'network team', recipients: ['noc@example.com'], subscriptions: [{ event: 'run-failed' }] },
    answers: { 201: { description: 'The target.', body: newTargetView, headers: ['ETag', 'Location'] } },
    problems: ['name-taken'],
  },
  'GET /notifications/targets/:id': {
    id: 'getNotificationTarget',
    tag: 'Notifications',
    summary: 'Show a target',
    answers: { 200: target },
  },
  'PATCH /notifications/targets/:id': {
    id: 'changeNotificationTarget',
    tag: 'Notifications',
    summary: 'Change a target',
    description: 'What is absent stays as it is; `subscriptions` are replaced as a whole.',
    body: targetPatchSchema,
    example: { staleAfterHours: 6 },
    ifMatch: true,
    answers: { 200: target },
    problems: ['name-taken'],
  },
  'DELETE /notifications/targets/:id': {
    id: 'deleteNotificationTarget',
    tag: 'Notifications',
    summary: 'Delete a target with the messages to it',
    ifMatch: true,
    answers: { 204: { description: 'It is gone.' } },
  },
  'POST /notifications/targets/:id/test': {
    id: 'testNotificationTarget',
    tag: 'Notifications',
    summary: 'Send a test message',
    description: 'A worker sends it within a minute; the list of deliveries shows what came of it.',
    answers: { 202: { description: 'The message that will be sent.', body: deliveryView } },
  },
  'GET /notifications/deliveries': {
    id: 'listNotificationDeliveries',
    tag: 'Notifications',
    summary: 'List the latest messages, newest first',
    query: deliveryQuery,
    answers: { 200: { description: 'The messages, and what became of them.', body: deliveryListView, headers: ['Link'] } },
  },
  'POST /notifications/deliveries/:id/retry': {
    id: 'retryNotificationDelivery',
    tag: 'Notifications',
    summary: 'Send a message that was given up again',
    answers: { 202: { description: 'The message, which will be tried again.', body: deliveryView } },
    problems: ['delivery-open'],
  },
} as const satisfies Operations;
