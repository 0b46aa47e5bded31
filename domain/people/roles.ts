import { type Permission, permissions } from './permissions';

export interface BuiltInRole {
  name: string;
  description: string;
  permissions: readonly Permission[];
}

/** Holds every permission. That nobody approves what they asked for is checked where people decide, by who they are. */
export const ADMINISTRATOR = 'administrator';

/** The roles that every installation has, and that cannot be changed. */
export const builtInRoles: readonly BuiltInRole[] = [
  { name: 'viewer', description: 'Sees endpoints, runs and plans.', permissions: ['view'] },
  {
    name: 'operator',
    description: 'Starts syncs, confirms their plans, and operates guests.',
    permissions: ['view', 'run_sync', 'operate'],
  },
  {
    name: 'planner',
    description: 'Asks for guests to be created, changed and deleted.',
    permissions: [
      'view',
      'intent_create_vm',
      'intent_update_vm',
      'intent_delete_vm',
      'intent_create_lxc',
      'intent_update_lxc',
      'intent_delete_lxc',
    ],
  },
  {
    name: 'approver',
    description: 'Decides about requests for deletion.',
    permissions: ['view', 'authorize_deletion_request'],
  },
  { name: 'auditor', description: 'Reads the audit log.', permissions: ['view', 'audit'] },
  { name: ADMINISTRATOR, description: 'Everything.', permissions },
];
