/**
 * What somebody may do. The names of the seven intent permissions are those of Proxbox. `manage_users` and `audit` are about the whole
 * installation; the others may be held on single endpoints.
 */
export const permissions = [
  'intent_create_vm',
  'intent_update_vm',
  'intent_delete_vm',
  'intent_create_lxc',
  'intent_update_lxc',
  'intent_delete_lxc',
  'authorize_deletion_request',
  'view',
  'run_sync',
  'operate',
  'manage_endpoints',
  'manage_users',
  'audit',
] as const;

export type Permission = (typeof permissions)[number];
