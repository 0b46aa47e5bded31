import type { Permission } from '../../../domain/people/permissions';

/** What each permission lets somebody do, for whoever gives it. */
export const permissionWords: Readonly<Record<Permission, string>> = {
  view: 'See endpoints, their runs, plans, guests and settings.',
  run_sync: 'Start, confirm and cancel syncs, test connections, and keep schedules.',
  operate: 'Operate guests: start, stop, snapshot, migrate.',
  intent_create_vm: 'Ask in NetBox for a new virtual machine.',
  intent_update_vm: 'Ask in NetBox for a change of a virtual machine.',
  intent_delete_vm: 'Ask in NetBox for a virtual machine to be deleted. Somebody else decides.',
  intent_create_lxc: 'Ask in NetBox for a new container.',
  intent_update_lxc: 'Ask in NetBox for a change of a container.',
  intent_delete_lxc: 'Ask in NetBox for a container to be deleted. Somebody else decides.',
  authorize_deletion_request: 'Decide about requests for deletion that others made.',
  manage_endpoints: 'Add and change endpoints, their credentials, settings and notifications.',
  manage_users: 'Manage users, roles and tokens. Counts only where it is given everywhere.',
  audit: 'Read and verify the audit log. Counts only where it is given everywhere.',
};
