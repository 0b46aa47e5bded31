import { createHash } from 'node:crypto';
import { on, unordered, type Call, type Routes } from '../call';
import { die } from '../errors';
import { haSid } from '../guest-rows';
import { listOf } from '../request-body';
import type { Guest, HaResource } from '../state';

const MIGRATED = 'ha groups have been migrated to rules';

function digestOf(items: unknown): string {
  return createHash('sha1').update(JSON.stringify(items)).digest('hex');
}

function guestOf(call: Call, sid: string): Guest | undefined {
  const vmid = Number(/^(?:(?:vm|ct):)?(\d+)$/.exec(sid)?.[1]);
  const guest = call.sim.cluster.guests.get(vmid);
  return guest !== undefined && (sid === haSid(guest) || /^\d+$/.test(sid)) ? guest : undefined;
}

function resourceRow(call: Call, resource: HaResource): Record<string, unknown> {
  return { ...resource, digest: digestOf([...call.sim.cluster.haResources.values()]) };
}

function listResources(call: Call): unknown {
  const type = call.params.text('type');
  const all = [...call.sim.cluster.haResources.values()].filter(resource => type === undefined || resource.type === type);
  return unordered(
    call,
    all.map(resource => resourceRow(call, resource)),
  );
}

function readResource(call: Call): unknown {
  const sid = call.params.required('sid');
  const resource = call.sim.cluster.haResources.get(sid) ?? die(`no such resource '${sid}'`);
  return resourceRow(call, resource);
}

function addResource(call: Call): null {
  const { cluster } = call.sim;
  const sid = call.params.required('sid');
  const guest = guestOf(call, sid) ?? die(`resource '${sid}' does not exist in cluster`);
  const full = haSid(guest);
  if (cluster.haResources.has(full)) die(`create resource failed: resource ID '${full}' already defined`);
  cluster.haResources.set(full, {
    sid: full,
    type: guest.kind === 'qemu' ? 'vm' : 'ct',
    state: call.params.text('state') ?? 'started',
  });
  return null;
}

function removeResource(call: Call): null {
  const sid = call.params.required('sid');
  if (!call.sim.cluster.haResources.delete(sid)) die(`cannot delete service '${sid}', not HA managed!`);
  return null;
}

function status(call: Call): unknown {
  const { cluster } = call.sim;
  const node = cluster.entryNode;
  const quorum = {
    id: 'quorum',
    type: 'quorum',
    node,
    quorate: cluster.quorate ? 1 : 0,
    status: cluster.quorate ? 'OK' : `No quorum on node '${node}'!`,
  };
  const fencing = { id: 'fencing', type: 'fencing', node, 'armed-state': 'standby', status: 'standby (CRM watchdog standby)' };
  const services = [...cluster.haResources.values()].map(({ sid, state }) => {
    const home = guestOf(call, sid)?.node ?? node;
    return {
      id: `service:${sid}`,
      sid,
      type: 'service',
      node: home,
      state: 'queued',
      request_state: state,
      status: `${sid} (${home}, queued)`,
      max_restart: 1,
      max_relocate: 1,
      failback: 1,
    };
  });
  return [quorum, fencing, ...services];
}

function managerStatus(call: Call): unknown {
  const { cluster } = call.sim;
  return { manager_status: { node_status: {} }, quorum: { node: cluster.entryNode, quorate: cluster.quorate ? '1' : '0' } };
}

function listRules(call: Call): unknown {
  const { haRules } = call.sim.cluster;
  const rows = haRules.map((rule, i) => ({
    ...rule,
    resources: rule.resources.join(','),
    order: i + 1,
    digest: digestOf(haRules),
  }));
  return unordered(call, rows);
}

function addRule(call: Call): null {
  const rule = call.params.required('rule');
  const fields = Object.fromEntries(call.params.entries().filter(([, value]) => value !== null));
  call.sim.cluster.haRules.push({ ...fields, rule, resources: listOf(call.params.text('resources')) });
  return null;
}

const audited = on('/', 'Sys.Audit');
const operator = on('/', 'Sys.Console');

export const haRoutes: Routes = {
  'GET /cluster/ha/resources': { permission: audited, handle: listResources },
  'POST /cluster/ha/resources': { permission: operator, handle: addResource },
  'GET /cluster/ha/resources/{sid}': { permission: audited, handle: readResource },
  'DELETE /cluster/ha/resources/{sid}': { permission: operator, handle: removeResource },
  'GET /cluster/ha/rules': { permission: audited, handle: listRules },
  'POST /cluster/ha/rules': { permission: operator, handle: addRule },
  'GET /cluster/ha/groups': { permission: audited, handle: () => die(`cannot index groups: ${MIGRATED}`) },
  'POST /cluster/ha/groups': { permission: operator, handle: () => die(`cannot create group: ${MIGRATED}`) },
  'GET /cluster/ha/status/current': { permission: audited, handle: status },
  'GET /cluster/ha/status/manager_status': { permission: audited, handle: managerStatus },
};
