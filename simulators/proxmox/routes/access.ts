import type { Token } from '../access';
import { unordered, type Call, type Routes } from '../call';
import { ApiError, die, ParameterError, PermissionError } from '../errors';
import { listOf } from '../request-body';
import { ALL_PRIVILEGES } from '../roles';

const ACL_PATH =
  /^\/(?:access(?:\/groups(?:\/[^/]+)?|\/realm(?:\/[^/]+)?)?|mapping(?:\/[^/]+){0,2}|nodes(?:\/[^/]+)?|pool(?:\/[^/]+){0,3}|sdn(?:\/.+)?|storage(?:\/[^/]+)?|vms(?:\/[1-9]\d{2,})?)?$/;

/** Writes that need the user database. @throws ApiError 500 without quorum */
export function lockUserConfig(call: Call, action: string): void {
  if (!call.sim.cluster.quorate) die(`${action} failed: cfs-lock 'file-user_cfg' error: no quorum!`);
}

function permissions(call: Call): unknown {
  const { access, cluster } = call.sim;
  const identity = call.params.text('userid') ?? call.identity;
  if (identity !== call.identity && !identity.startsWith(`${call.identity}!`))
    access.check(call.identity, '/access', 'Sys.Audit');
  const path = call.params.text('path');
  const paths = path === undefined ? access.knownPaths([...cluster.pools.values()].flatMap(pool => [...pool.guests])) : [path];
  const entries = paths.map(item => [item, Object.fromEntries(access.privileges(identity, item))] as const);
  return Object.fromEntries(entries.filter(([item, held]) => item === path || Object.keys(held).length > 0));
}

function listAcl(call: Call): unknown {
  const { access } = call.sim;
  const all = access.has(call.identity, '/access', 'Sys.Audit');
  const visible = access.acl.filter(entry => all || access.has(call.identity, entry.path, 'Permissions.Modify'));
  return unordered(
    call,
    visible.map(({ path, subject, role, propagate }) => ({
      path,
      ugid: subject,
      roleid: role,
      propagate,
      type: subject.includes('!') ? 'token' : 'user',
    })),
  );
}

function updateAcl(call: Call): null {
  const { access } = call.sim;
  const path = call.params.required('path');
  if (!ACL_PATH.test(path)) throw new ParameterError({ path: `invalid ACL path '${path}'` });
  access.check(call.identity, path, 'Permissions.Modify');
  lockUserConfig(call, 'ACL update');
  const propagate = call.params.text('propagate') === '0' ? 0 : 1;
  for (const role of listOf(call.params.required('roles'))) {
    if (!access.roles.has(role)) die(`ACL update failed: role '${role}' does not exist`);
    for (const subject of [...listOf(call.params.text('users')), ...listOf(call.params.text('tokens'))]) {
      if (!access.users.has(subject.split('!')[0] ?? '')) die(`ACL update failed: user '${subject}' does not exist`);
      access.setAcl({ path, subject, role, propagate }, call.params.flag('delete'));
    }
  }
  return null;
}

function createRole(call: Call): null {
  const { access } = call.sim;
  const role = call.params.required('roleid');
  const privileges = listOf(call.params.text('privs'));
  const unknown = privileges.find(privilege => !ALL_PRIVILEGES.has(privilege));
  if (unknown !== undefined) throw new ParameterError({ privs: `invalid format - invalid privilege '${unknown}'\n` });
  access.check(call.identity, '/access', 'Sys.Modify');
  lockUserConfig(call, 'create role');
  if (access.roles.has(role)) die(`create role failed: role '${role}' already exists`);
  access.roles.set(role, new Set(privileges));
  access.changed();
  return null;
}

function listRoles(call: Call): unknown {
  return unordered(
    call,
    [...call.sim.access.roles].map(([roleid, privileges]) => ({
      roleid,
      privs: [...privileges].sort().join(','),
      special: roleid === 'Administrator' || roleid === 'NoAccess' || roleid.startsWith('PVE') ? 1 : 0,
    })),
  );
}

function listUsers(call: Call): unknown {
  const { access } = call.sim;
  const all = access.hasAny(call.identity, '/access/groups', ['User.Modify', 'Sys.Audit']);
  const visible = [...access.users].filter(([userid]) => all || userid === call.identity.split('!')[0]);
  return unordered(
    call,
    visible.map(([userid, { enable, expire }]) => ({
      userid,
      enable,
      expire,
      'realm-type': userid.endsWith('@pam') ? 'pam' : 'pve',
    })),
  );
}

const ownOrModify = (call: Call): void => {
  const userid = call.params.required('userid');
  if (call.identity !== userid && !call.sim.access.has(call.identity, '/access/groups', 'User.Modify'))
    throw new PermissionError();
};

function tokensOf(call: Call): Map<string, Token> {
  const userid = call.params.required('userid');
  return call.sim.access.users.get(userid)?.tokens ?? die(`no such user ('${userid}')`);
}

function createToken(call: Call): unknown {
  const tokens = tokensOf(call);
  const id = call.params.required('tokenid');
  if (tokens.has(id)) throw new ParameterError({ tokenid: 'Token already exists.' });
  lockUserConfig(call, 'creating token');
  const privsep = call.params.text('privsep') === '0' ? 0 : 1;
  const comment = call.params.text('comment');
  const expire = call.params.integer('expire') ?? 0;
  const token = { secret: call.sim.fresh.uuid(), privsep, expire, ...(comment === undefined ? {} : { comment }) } as const;
  tokens.set(id, token);
  call.sim.access.changed();
  return {
    'full-tokenid': `${call.params.required('userid')}!${id}`,
    value: token.secret,
    info: { privsep: String(privsep), ...(comment === undefined ? {} : { comment }), ...(expire === 0 ? {} : { expire }) },
  };
}

function readToken(call: Call): unknown {
  const token = tokensOf(call).get(call.params.required('tokenid'));
  if (token === undefined) throw new ApiError(500, `no such token '${call.params.required('tokenid')}'`);
  const { privsep, expire, comment } = token;
  return { privsep, expire, comment };
}

function deleteToken(call: Call): null {
  lockUserConfig(call, 'deleting token');
  tokensOf(call).delete(call.params.required('tokenid'));
  call.sim.access.changed();
  return null;
}

export const accessRoutes: Routes = {
  'GET /access/permissions': { handle: permissions },
  'GET /access/acl': { handle: listAcl },
  'PUT /access/acl': { handle: updateAcl },
  'GET /access/roles': { handle: listRoles },
  'POST /access/roles': { handle: createRole },
  'GET /access/users': { handle: listUsers },
  'GET /access/users/{userid}/token/{tokenid}': { permission: ownOrModify, handle: readToken },
  'POST /access/users/{userid}/token/{tokenid}': { permission: ownOrModify, handle: createToken },
  'DELETE /access/users/{userid}/token/{tokenid}': { permission: ownOrModify, handle: deleteToken },
};
