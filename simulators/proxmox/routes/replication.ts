import { nodeOf, on, unordered, type Call, type Routes } from '../call';
import { parseConfigString, DISK_KEY, MOUNT_KEY } from '../figures';
import { die } from '../errors';
import type { ReplicationJob } from '../state';

function visible(call: Call): ReplicationJob[] {
  return call.sim.cluster.replication.filter(job => call.sim.access.has(call.identity, `/vms/${job.guest}`, 'VM.Audit'));
}

/** Jobs that run from a node, with the state of their last run. */
function ofNode(call: Call): unknown {
  const now = call.sim.clock.seconds();
  const due = visible(call).filter(job => job.source === nodeOf(call));
  return unordered(
    call,
    due.map(job => ({ ...job, last_sync: now - (now % 900), next_sync: now - (now % 900) + 900, duration: 2.5, fail_count: 0 })),
  );
}

function create(call: Call): null {
  const { sim, params } = call;
  const { cluster } = sim;
  const id = params.required('id');
  const vmid = Number(id.split('-')[0]);
  sim.access.check(call.identity, `/vms/${vmid}`, 'VM.Replicate');
  const target = params.required('target');
  if (!cluster.nodes.has(target)) die(`Target '${target}' does not exist.`);
  const guest = cluster.guests.get(vmid) ?? die(`Guest '${vmid}' does not exist.`);
  for (const [key, value] of Object.entries(guest.config)) {
    if (!DISK_KEY.test(key) && !MOUNT_KEY.test(key)) continue;
    const parsed = parseConfigString(guest, key, String(value));
    const volid = parsed.get('file') ?? parsed.get('volume') ?? '';
    const type = cluster.storages.get(volid.split(':')[0] ?? '')?.type;
    if (type !== undefined && type !== 'zfspool') die(`missing replicate feature on volume '${volid}'`);
  }
  const jobnum = Number(id.split('-')[1]);
  cluster.replication.push({
    id,
    guest: vmid,
    jobnum,
    source: guest.node,
    target,
    type: 'local',
    schedule: params.text('schedule') ?? '*/15',
  });
  return null;
}

export const replicationRoutes: Routes = {
  'GET /cluster/replication': { handle: call => unordered(call, visible(call)) },
  'POST /cluster/replication': { handle: create },
  'GET /nodes/{node}/replication': { permission: on('/nodes/{node}', 'Sys.Audit'), handle: ofNode },
};
