import type { Permission } from '../../domain/people/permissions';

/** Who may use a route. */
export type Access = (
  | { who: 'everybody' }
  /** Whoever is signed in, in whatever way. */
  | { who: 'signed-in' }
  /** A person about themselves: a user by a session, or by a token of their own that gives everything that they may do. */
  | { who: 'person' }
  /** Whoever holds the permission on what the route is about. */
  | { who: Permission; on: RouteSubject }
) & {
  /** A form of a page may be sent here, too. */
  form?: true;
  /** The body is taken as it was sent, byte for byte. */
  raw?: true;
};

/**
 * - `installation`: everything at once, so that roles on single endpoints do not count;
 * - `some-endpoint`: whatever the caller may; the route narrows what it takes and shows to that;
 * - `endpoint`, `run`, `schedule`, `intent-plan`, `intent-merge`, `guest-change`, `deletion-request`: the one whose id is in the path. For whoever holds nothing there it does not exist.
 */
export type RouteSubject =
  | 'installation'
  | 'some-endpoint'
  | 'endpoint'
  | 'run'
  | 'schedule'
  | 'intent-plan'
  | 'intent-merge'
  | 'guest-change'
  | 'deletion-request';

/** Every route of the API with who may use it: read by the guard in front of each, and by whoever wants to know. */
export const routeAccess = {
  'GET /health': { who: 'everybody' },
  'GET /health/live': { who: 'everybody' },
  'GET /health/ready': { who: 'everybody' },
  'GET /meta': { who: 'everybody' },
  'GET /openapi.json': { who: 'everybody' },

  'POST /auth/login': { who: 'everybody', form: true },
  'POST /auth/logout': { who: 'signed-in', form: true },
  'GET /auth/me': { who: 'signed-in' },
  'PUT /auth/password': { who: 'person' },
  'GET /auth/tokens': { who: 'person' },
  'POST /auth/tokens': { who: 'person' },
  'DELETE /auth/tokens/:tokenId': { who: 'person' },
  'POST /auth/netbox-link': { who: 'person' },
  'DELETE /auth/netbox-link': { who: 'person' },

  'GET /endpoints': { who: 'view', on: 'some-endpoint' },
  'POST /endpoints': { who: 'manage_endpoints', on: 'installation' },
  'GET /endpoints/:id': { who: 'view', on: 'endpoint' },
  'PATCH /endpoints/:id': { who: 'manage_endpoints', on: 'endpoint' },
  'DELETE /endpoints/:id': { who: 'manage_endpoints', on: 'endpoint' },
  'POST /endpoints/:id/rebind': { who: 'manage_endpoints', on: 'endpoint' },
  'POST /endpoints/:id/relink': { who: 'run_sync', on: 'endpoint' },
  'POST /endpoints/:id/test': { who: 'run_sync', on: 'endpoint' },
  'GET /endpoints/:id/tests/:testId': { who: 'view', on: 'endpoint' },

  'POST /full-update': { who: 'run_sync', on: 'some-endpoint' },
  'GET /sync/active': { who: 'view', on: 'some-endpoint' },
  'GET /extras/bootstrap-status': { who: 'view', on: 'some-endpoint' },
  'GET /runs': { who: 'view', on: 'some-endpoint' },
  'GET /runs/:id': { who: 'view', on: 'run' },
  'GET /runs/:id/events': { who: 'view', on: 'run' },
  'GET /runs/:id/plan': { who: 'view', on: 'run' },
  'GET /runs/:id/findings': { who: 'view', on: 'run' },
  'POST /runs/:id/confirm': { who: 'run_sync', on: 'run' },
  'POST /runs/:id/cancel': { who: 'run_sync', on: 'run' },

  'POST /runs/:id/pause': { who: 'run_sync', on: 'run' },
  'POST /runs/:id/resume': { who: 'run_sync', on: 'run' },

  'GET /intent/status': { who: 'view', on: 'some-endpoint' },
  'GET /intent/plans': { who: 'view', on: 'some-endpoint' },
  'POST /intent/plan': { who: 'view', on: 'some-endpoint' },
  'GET /intent/plans/:id': { who: 'view', on: 'intent-plan' },
  'GET /intent/plan-summary/:branchId': { who: 'view', on: 'some-endpoint' },
  'POST /intent/apply': { who: 'view', on: 'some-endpoint' },
  'POST /intent/merge': { who: 'view', on: 'some-endpoint' },
  'GET /intent/merges/:id': { who: 'view', on: 'intent-merge' },
  'POST /intent/changes/:id/drop': { who: 'view', on: 'guest-change' },
  'GET /intent/deletion-requests': { who: 'view', on: 'some-endpoint' },
  'POST /intent/deletion-requests': { who: 'view', on: 'some-endpoint' },
  'GET /intent/deletion-requests/:id': { who: 'view', on: 'deletion-request' },
  'POST /intent/deletion-requests/:id/approve': { who: 'view', on: 'deletion-request' },
  'POST /intent/deletion-requests/:id/reject': { who: 'view', on: 'deletion-request' },
  'POST /intent/deletion-requests/:id/cancel': { who: 'view', on: 'deletion-request' },
  'POST /intent/deletion-requests/:id/code': { who: 'view', on: 'deletion-request' },
  'POST /intent/deletion-requests/:id/execute': { who: 'view', on: 'deletion-request' },
  'POST /intent/deletion-requests/:id/adopt': { who: 'view', on: 'deletion-request' },
  'POST /hooks/netbox': { who: 'everybody', raw: true },

  'GET /schedules': { who: 'view', on: 'some-endpoint' },
  'POST /schedules': { who: 'run_sync', on: 'some-endpoint' },
  'GET /schedules/:id': { who: 'view', on: 'schedule' },
  'PATCH /schedules/:id': { who: 'run_sync', on: 'schedule' },
  'DELETE /schedules/:id': { who: 'run_sync', on: 'schedule' },
  'POST /schedules/:id/pause': { who: 'run_sync', on: 'schedule' },
  'POST /schedules/:id/resume': { who: 'run_sync', on: 'schedule' },
  'POST /schedules/:id/trigger': { who: 'run_sync', on: 'schedule' },
  'POST /schedules/:id/backfill': { who: 'run_sync', on: 'schedule' },

  'GET /settings': { who: 'view', on: 'some-endpoint' },
  'PATCH /settings': { who: 'manage_endpoints', on: 'installation' },
  'GET /endpoints/:id/settings': { who: 'view', on: 'endpoint' },

  'GET /notifications/targets': { who: 'manage_endpoints', on: 'installation' },
  'POST /notifications/targets': { who: 'manage_endpoints', on: 'installation' },
  'GET /notifications/targets/:id': { who: 'manage_endpoints', on: 'installation' },
  'PATCH /notifications/targets/:id': { who: 'manage_endpoints', on: 'installation' },
  'DELETE /notifications/targets/:id': { who: 'manage_endpoints', on: 'installation' },
  'POST /notifications/targets/:id/test': { who: 'manage_endpoints', on: 'installation' },
  'GET /notifications/deliveries': { who: 'manage_endpoints', on: 'installation' },
  'POST /notifications/deliveries/:id/retry': { who: 'manage_endpoints', on: 'installation' },

  'GET /audit': { who: 'audit', on: 'installation' },
  'GET /audit/open-intents': { who: 'audit', on: 'installation' },
  'GET /audit/verify': { who: 'audit', on: 'installation' },

  'GET /users': { who: 'manage_users', on: 'installation' },
  'POST /users': { who: 'manage_users', on: 'installation' },
  'GET /users/:id': { who: 'manage_users', on: 'installation' },
  'PATCH /users/:id': { who: 'manage_users', on: 'installation' },
  'DELETE /users/:id': { who: 'manage_users', on: 'installation' },
  'PUT /users/:id/password': { who: 'manage_users', on: 'installation' },
  'PUT /users/:id/netbox-link': { who: 'manage_users', on: 'installation' },
  'GET /users/:id/roles': { who: 'manage_users', on: 'installation' },
  'POST /users/:id/roles': { who: 'manage_users', on: 'installation' },
  'DELETE /users/:id/roles/:bindingId': { who: 'manage_users', on: 'installation' },
  'GET /users/:id/tokens': { who: 'manage_users', on: 'installation' },
  'POST /users/:id/tokens': { who: 'manage_users', on: 'installation' },
  'DELETE /users/:id/tokens/:tokenId': { who: 'manage_users', on: 'installation' },

  'GET /roles': { who: 'manage_users', on: 'installation' },
  'POST /roles': { who: 'manage_users', on: 'installation' },
  'GET /roles/:id': { who: 'manage_users', on: 'installation' },
  'PATCH /roles/:id': { who: 'manage_users', on: 'installation' },
  'DELETE /roles/:id': { who: 'manage_users', on: 'installation' },
} as const satisfies Readonly<Record<`${RouteMethod} /${string}`, Access>>;

export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type RouteName = keyof typeof routeAccess;
