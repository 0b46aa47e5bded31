import { nodeOf, on, unordered, type Call, type Routes } from '../call';
import { die } from '../errors';
import { listOf } from '../request-body';

/** What a job's fields say when the request leaves them out. */
const NOT_JOB_FIELDS = new Set(['starttime', 'dow']);

function createJob(call: Call): null {
  const { sim, params } = call;
  sim.access.check(call.identity, '/', 'Sys.Modify');
  const id = params.text('id') ?? `backup-${sim.fresh.hex(12)}`;
  if (sim.cluster.backupJobs.some(job => job.id === id)) die(`Job '${id}' already exists`);
  const fields = params.entries().filter(([key, value]) => value !== null && !NOT_JOB_FIELDS.has(key));
  const job = Object.fromEntries(fields.map(([key, value]) => [key, key === 'enabled' || key === 'all' ? Number(value) : value]));
  sim.cluster.backupJobs.push({ type: 'vzdump', enabled: 1, ...job, id });
  return null;
}

function listJobs(call: Call): unknown {
  const nextRun = (Math.floor(call.sim.clock.seconds() / 86400) + 1) * 86400 + 9000;
  return unordered(
    call,
    call.sim.cluster.backupJobs.map(job => ({ ...job, 'next-run': job['enabled'] === 0 ? undefined : nextRun })),
  );
}

/** Guests in no enabled job. A guest without a name in its configuration has none here either. */
function notBackedUp(call: Call): unknown {
  const { cluster } = call.sim;
  const jobs = cluster.backupJobs.filter(job => job['enabled'] !== 0);
  const covered = new Set(jobs.flatMap(job => listOf(String(job['vmid'] ?? '')).map(Number)));
  for (const job of jobs) for (const vmid of cluster.pools.get(String(job['pool'] ?? ''))?.guests ?? []) covered.add(vmid);
  if (jobs.some(job => job['all'] === 1)) return [];
  const rows = [...cluster.guests.values()].filter(guest => !covered.has(guest.vmid));
  return unordered(
    call,
    rows.map(({ vmid, kind, config }) => ({ vmid, type: kind, name: config['name'] ?? config['hostname'] })),
  );
}

function vzdump(call: Call): string {
  const { sim, params, identity } = call;
  const storage = params.text('storage') ?? 'local';
  sim.access.check(identity, `/storage/${storage}`, 'Datastore.AllocateSpace');
  const ids = listOf(params.text('vmid'));
  for (const id of ids) if (sim.cluster.guests.has(Number(id))) sim.access.check(identity, `/vms/${id}`, 'VM.Backup');
  const node = nodeOf(call);
  return sim.tasks.start({
    node,
    type: 'vzdump',
    id: ids.length === 1 ? (ids[0] ?? '') : '',
    identity,
    work: logLine => backUp(call, ids, storage, logLine),
  });
}

function backUp(call: Call, ids: string[], storage: string, logLine: (line: string) => void): void {
  const { sim } = call;
  for (const id of ids) {
    const guest = sim.cluster.guests.get(Number(id));
    if (guest?.node !== nodeOf(call)) die('job errors');
    const [date = '', time = ''] = new Date(sim.clock.now()).toISOString().slice(0, 19).split('T');
    const stamp = `${date.replaceAll('-', '_')}-${time.replaceAll(':', '_')}`;
    const kind = guest.kind === 'qemu' ? 'qemu' : 'lxc';
    const format = kind === 'qemu' ? 'vma.zst' : 'tar.zst';
    const name = String(guest.config['name'] ?? guest.config['hostname'] ?? `CT${id}`);
    const notes = (call.params.text('notes-template') ?? '{{guestname}}').replace('{{guestname}}', name);
    const volid = `${storage}:backup/vzdump-${kind}-${id}-${stamp}.${format}`;
    sim.cluster.addVolume(
      {
        volid,
        storage,
        node: guest.node,
        content: 'backup',
        format,
        size: 1095991,
        ctime: sim.clock.seconds(),
        vmid: guest.vmid,
        notes,
      },
      guest.node,
    );
    logLine(`INFO: Finished Backup of VM ${id}`);
  }
}

const audited = on('/', 'Sys.Audit');

export const backupRoutes: Routes = {
  'GET /cluster/backup': { permission: audited, handle: listJobs },
  'POST /cluster/backup': { handle: createJob },
  'GET /cluster/backup-info/not-backed-up': { permission: audited, handle: notBackedUp },
  'POST /nodes/{node}/vzdump': { handle: vzdump },
};
