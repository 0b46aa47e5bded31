import { logIn } from '../auth';
import type { Call, Routes } from '../call';

export const VERSION = { version: '9.2.11', release: '9.2', repoid: '14a22df35955d97d' };

/** What the interface shows or hides, by area, in the answer of a login. */
function capabilities(call: Call, identity: string): Record<string, Record<string, number>> {
  const areas: Record<string, [string, RegExp]> = {
    vms: ['/vms', /^VM\./],
    storage: ['/storage', /^Datastore\./],
    access: ['/access', /^(?:User|Group|Realm|Permissions)\./],
    nodes: ['/nodes', /^Sys\./],
    dc: ['/', /^(?:Sys|SDN)\./],
    sdn: ['/sdn', /^SDN\./],
    mapping: ['/mapping', /^Mapping\./],
  };
  const entries = Object.entries(areas).map(([area, [path, pattern]]) => {
    const held = [...call.sim.access.privileges(identity, path).keys()].filter(privilege => pattern.test(privilege));
    return [area, Object.fromEntries(held.map(privilege => [privilege, 1]))];
  });
  return Object.fromEntries(entries);
}

export const versionRoutes: Routes = {
  'GET /version': { handle: () => VERSION },
  'GET /nodes/{node}/version': { handle: () => VERSION },
  'POST /access/ticket': {
    handle: call => {
      const realm = call.params.text('realm');
      const given = call.params.required('username');
      const username = realm === undefined || given.includes('@') ? given : `${given}@${realm}`;
      const { ticket, csrf } = logIn(call.sim, username, call.params.required('password'));
      call.identity = username;
      const clusterName = call.sim.cluster.name;
      return {
        username,
        ticket,
        CSRFPreventionToken: csrf,
        cap: capabilities(call, username),
        ...(clusterName === null ? {} : { clustername: clusterName }),
      };
    },
  },
};
