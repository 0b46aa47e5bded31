/** What an audit row can be about. The codes are a contract with programs that read the log: never rename one. */
export const auditActions = [
  'endpoint.create',
  'endpoint.change',
  'endpoint.delete',
  'endpoint.rebind',
  'endpoint.relink',
  'sync.start',
  'run.confirm',
  'run.cancel',
  'settings.change',
  'session.sign-in',
  'session.sign-out',
  'user.create',
  'user.change',
  'user.delete',
  'user.set-password',
  'user.link-netbox',
  'user.give-role',
  'user.take-role',
  'role.create',
  'role.change',
  'role.delete',
  'token.create',
  'token.revoke',
] as const;

export type AuditAction = (typeof auditActions)[number];
