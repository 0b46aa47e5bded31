import type { Access, RouteMethod } from '../auth/route-access';

/** Every page with who may open it, in the words in which the API's routes are declared. A form goes to a page of its own, which does what the API's route does. */
export const pageAccess = {
  'GET /': { who: 'everybody' },
  'GET /docs': { who: 'everybody' },
  'GET /ui/sign-in': { who: 'everybody' },
  'POST /ui/sign-in': { who: 'everybody' },
  'GET /ui/sign-in/oidc': { who: 'everybody' },
  'GET /ui/sign-in/oidc/callback': { who: 'everybody' },

  'GET /ui': { who: 'signed-in' },
  'GET /ui/health': { who: 'signed-in' },
  'POST /ui/sync': { who: 'run_sync', on: 'some-endpoint' },

  'GET /ui/runs': { who: 'view', on: 'some-endpoint' },
  'GET /ui/runs/:id': { who: 'view', on: 'run' },
  'GET /ui/runs/:id/progress': { who: 'view', on: 'run' },
  'GET /ui/runs/:id/plan': { who: 'view', on: 'run' },
  'POST /ui/runs/:id/confirm': { who: 'run_sync', on: 'run' },
  'POST /ui/runs/:id/cancel': { who: 'run_sync', on: 'run' },

  'POST /ui/runs/:id/pause': { who: 'run_sync', on: 'run' },
  'POST /ui/runs/:id/resume': { who: 'run_sync', on: 'run' },

  'GET /ui/intent': { who: 'view', on: 'some-endpoint' },
  'POST /ui/intent': { who: 'view', on: 'some-endpoint' },
  'GET /ui/intent/plans/:id': { who: 'view', on: 'intent-plan' },
  'GET /ui/intent/plans/:id/progress': { who: 'view', on: 'intent-plan' },
  'POST /ui/intent/plans/:id/apply': { who: 'view', on: 'intent-plan' },
  'POST /ui/intent/plans/:id/merge': { who: 'view', on: 'intent-plan' },
  'POST /ui/intent/changes/:id/drop': { who: 'view', on: 'guest-change' },

  'GET /ui/deletions': { who: 'view', on: 'some-endpoint' },
  'POST /ui/deletions': { who: 'view', on: 'some-endpoint' },
  'GET /ui/deletions/:id': { who: 'view', on: 'deletion-request' },
  'POST /ui/deletions/:id/approve': { who: 'view', on: 'deletion-request' },
  'POST /ui/deletions/:id/reject': { who: 'view', on: 'deletion-request' },
  'POST /ui/deletions/:id/cancel': { who: 'view', on: 'deletion-request' },
  'POST /ui/deletions/:id/look': { who: 'view', on: 'deletion-request' },
  'POST /ui/deletions/:id/adopt': { who: 'view', on: 'deletion-request' },

  'GET /ui/endpoints': { who: 'view', on: 'some-endpoint' },
  'GET /ui/endpoints/new': { who: 'manage_endpoints', on: 'installation' },
  'POST /ui/endpoints/new': { who: 'manage_endpoints', on: 'installation' },
  'GET /ui/endpoints/:id': { who: 'view', on: 'endpoint' },
  'GET /ui/endpoints/:id/edit': { who: 'manage_endpoints', on: 'endpoint' },
  'POST /ui/endpoints/:id/edit': { who: 'manage_endpoints', on: 'endpoint' },
  'POST /ui/endpoints/:id/delete': { who: 'manage_endpoints', on: 'endpoint' },
  'POST /ui/endpoints/:id/rebind': { who: 'manage_endpoints', on: 'endpoint' },
  'POST /ui/endpoints/:id/relink': { who: 'run_sync', on: 'endpoint' },
  'POST /ui/endpoints/:id/test': { who: 'run_sync', on: 'endpoint' },
  'GET /ui/endpoints/:id/test': { who: 'view', on: 'endpoint' },

  'GET /ui/endpoints/:id/settings': { who: 'view', on: 'endpoint' },
  'POST /ui/endpoints/:id/settings': { who: 'manage_endpoints', on: 'endpoint' },

  'GET /ui/endpoints/:id/guests/:vmid': { who: 'view', on: 'endpoint' },
  'POST /ui/endpoints/:id/guests/:vmid/plan': { who: 'view', on: 'endpoint' },

  'GET /ui/settings': { who: 'view', on: 'some-endpoint' },
  'POST /ui/settings': { who: 'manage_endpoints', on: 'installation' },

  'GET /ui/audit': { who: 'audit', on: 'installation' },
  'GET /ui/audit/open': { who: 'audit', on: 'installation' },
  'GET /ui/audit/:seq': { who: 'audit', on: 'installation' },
  'POST /ui/audit/verify': { who: 'audit', on: 'installation' },

  'GET /ui/roles': { who: 'manage_users', on: 'installation' },
  'GET /ui/roles/new': { who: 'manage_users', on: 'installation' },
  'POST /ui/roles/new': { who: 'manage_users', on: 'installation' },
  'GET /ui/roles/:id': { who: 'manage_users', on: 'installation' },
  'POST /ui/roles/:id': { who: 'manage_users', on: 'installation' },
  'POST /ui/roles/:id/give': { who: 'manage_users', on: 'installation' },
  'POST /ui/roles/:id/delete': { who: 'manage_users', on: 'installation' },

  'GET /ui/guests': { who: 'view', on: 'some-endpoint' },
  'GET /ui/netbox/:kind/:netboxId': { who: 'signed-in' },

  'GET /ui/notifications': { who: 'manage_endpoints', on: 'installation' },
  'POST /ui/notifications': { who: 'manage_endpoints', on: 'installation' },
  'POST /ui/notifications/:id/enable': { who: 'manage_endpoints', on: 'installation' },
  'POST /ui/notifications/:id/disable': { who: 'manage_endpoints', on: 'installation' },
  'POST /ui/notifications/:id/test': { who: 'manage_endpoints', on: 'installation' },
  'POST /ui/notifications/:id/delete': { who: 'manage_endpoints', on: 'installation' },
  'POST /ui/notifications/deliveries/:id/retry': { who: 'manage_endpoints', on: 'installation' },

  'GET /ui/schedules': { who: 'view', on: 'some-endpoint' },
  'GET /ui/schedules/new': { who: 'run_sync', on: 'some-endpoint' },
  'POST /ui/schedules/new': { who: 'run_sync', on: 'some-endpoint' },
  'GET /ui/schedules/:id': { who: 'view', on: 'schedule' },
  'GET /ui/schedules/:id/edit': { who: 'run_sync', on: 'schedule' },
  'POST /ui/schedules/:id/edit': { who: 'run_sync', on: 'schedule' },
  'POST /ui/schedules/:id/pause': { who: 'run_sync', on: 'schedule' },
  'POST /ui/schedules/:id/resume': { who: 'run_sync', on: 'schedule' },
  'POST /ui/schedules/:id/trigger': { who: 'run_sync', on: 'schedule' },
  'POST /ui/schedules/:id/delete': { who: 'run_sync', on: 'schedule' },

  'GET /ui/users': { who: 'manage_users', on: 'installation' },
  'GET /ui/users/new': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/new': { who: 'manage_users', on: 'installation' },
  'GET /ui/users/:id': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id/delete': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id/password': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id/netbox-link': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id/roles': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id/roles/:bindingId/take': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id/tokens': { who: 'manage_users', on: 'installation' },
  'POST /ui/users/:id/tokens/:tokenId/revoke': { who: 'manage_users', on: 'installation' },

  'GET /ui/account': { who: 'person' },
  'POST /ui/account/tokens': { who: 'person' },
  'POST /ui/account/tokens/:tokenId/revoke': { who: 'person' },
  'POST /ui/account/netbox-link': { who: 'person' },
  'POST /ui/account/netbox-link/end': { who: 'person' },
} as const satisfies Readonly<Record<`${Extract<RouteMethod, 'GET' | 'POST'>} /${string}`, Access>>;

export type PageName = keyof typeof pageAccess;
