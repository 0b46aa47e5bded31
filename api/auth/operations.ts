import { netboxProofSchema, netboxProofView } from './netbox-link/schema';
import type { Operations } from '../openapi/operation';
import { shortListQuery } from '../paging';
import {
  meView,
  newTokenView,
  passwordChangeSchema,
  signedInView,
  signInSchema,
  tokenCreateSchema,
  tokenListView,
} from './schema';

export const authOperations = {
  'POST /auth/login': {
    id: 'signIn',
    tag: 'Who asks',
    summary: 'Sign in with a password',
    description: 'Sets the session cookie. Programs need none: they send an API token with each request.',
    body: signInSchema,
    example: { username: 'lena', password: 'correct horse battery' },
    answers: {
      200: { description: 'Signed in.', body: signedInView },
      303: { description: 'Signed in by a form: go to the page.', headers: ['Location'] },
    },
    problems: ['csrf-failed', 'sign-in-failed', 'locked-out'],
  },
  'POST /auth/logout': {
    id: 'signOut',
    tag: 'Who asks',
    summary: 'Sign out',
    description: 'Ends the session. An API token stays.',
    answers: {
      204: { description: 'Signed out.' },
      303: { description: 'Signed out by a form: go to the page.', headers: ['Location'] },
    },
  },
  'GET /auth/me': {
    id: 'getMe',
    tag: 'Who asks',
    summary: 'Tell who asks, and what they may do',
    answers: { 200: { description: 'The caller.', body: meView } },
  },
  'PUT /auth/password': {
    id: 'changeMyPassword',
    tag: 'Who asks',
    summary: 'Change your password',
    description: 'Ends every other session of yours.',
    body: passwordChangeSchema,
    example: { oldPassword: 'correct horse battery', newPassword: 'staple battery horse' },
    answers: { 204: { description: 'It is changed.' } },
    problems: ['locked-out'],
  },
  'GET /auth/tokens': {
    id: 'listMyTokens',
    tag: 'Who asks',
    summary: 'List your API tokens',
    query: shortListQuery,
    answers: { 200: { description: 'Without what is secret of them.', body: tokenListView, headers: ['Link'] } },
  },
  'POST /auth/tokens': {
    id: 'createMyToken',
    tag: 'Who asks',
    summary: 'Create an API token for yourself',
    body: tokenCreateSchema,
    example: { name: 'nightly job', permissions: ['view', 'run_sync'] },
    answers: { 201: { description: 'The token, shown this once.', body: newTokenView } },
  },
  'DELETE /auth/tokens/:tokenId': {
    id: 'revokeMyToken',
    tag: 'Who asks',
    summary: 'Revoke an API token of yours',
    answers: { 204: { description: 'It is revoked.' } },
  },
  'POST /auth/netbox-link': {
    id: 'proveNetBoxUser',
    tag: 'Who asks',
    summary: 'Prove who you are in NetBox',
    description:
      'Signs in at NetBox and out again at once. What its user does there has your rights from then on; nobody else can be linked with it.',
    body: netboxProofSchema,
    example: { username: 'lena', password: 'correct horse battery' },
    answers: { 200: { description: 'You are linked with this NetBox user.', body: netboxProofView } },
    problems: ['netbox-sign-in-failed', 'netbox-user-taken', 'netbox-unavailable', 'locked-out', 'temporal-unavailable'],
  },
  'DELETE /auth/netbox-link': {
    id: 'endMyNetBoxLink',
    tag: 'Who asks',
    summary: 'End the link with your NetBox user',
    answers: { 204: { description: 'Your NetBox user has no right any more.' } },
  },
} as const satisfies Operations;
