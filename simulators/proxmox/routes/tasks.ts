import { nodeOf, unordered, WithTotal, type Call, type Routes } from '../call';
import { ParameterError } from '../errors';
import { listOf } from '../request-body';
import type { Task } from '../tasks';

const UPID = /^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?):[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/;
const CLUSTER_LIST_LIMIT = 25;

/** `user` and `tokenid` of finished tasks stand apart. */
function userOf(task: Task): { user: string; tokenid?: string } {
  const [user = '', tokenid] = task.identity.split('!');
  return tokenid === undefined ? { user } : { user, tokenid };
}

/** A token sees its own tasks, a user also those of the user's tokens. */
function isOwn(call: Call, task: Task): boolean {
  return task.identity === call.identity || task.identity.startsWith(`${call.identity}!`);
}

function basics(task: Task): Record<string, unknown> {
  const { upid, node, pid, pstart, starttime, type, id } = task;
  return { upid, node, pid, pstart, starttime, type, id };
}

function listRow(task: Task): Record<string, unknown> {
  if (task.exit === undefined) return { ...basics(task), user: task.identity, status: 'RUNNING', saved: '0' };
  return { ...basics(task), ...userOf(task), endtime: task.endtime, status: task.exit };
}

function kindOf(task: Task): 'ok' | 'warning' | 'error' | 'unknown' {
  if (task.exit === undefined || task.exit === 'unexpected status') return 'unknown';
  return task.exit === 'OK' ? 'ok' : task.exit.startsWith('WARNINGS: ') ? 'warning' : 'error';
}

function nodeTasks(call: Call): WithTotal {
  const { sim, params, identity } = call;
  const source = params.text('source') ?? 'archive';
  const all = sim.access.has(identity, `/nodes/${nodeOf(call)}`, 'Sys.Audit');
  const statuses = listOf(params.text('statusfilter'));
  const since = params.integer('since') ?? 0;
  const until = params.integer('until') ?? Infinity;
  const tests: ((task: Task) => boolean)[] = [
    task => task.node === nodeOf(call),
    task => all || isOwn(call, task),
    task => source === 'all' || (source === 'active') === (task.exit === undefined),
    task => params.text('vmid') === undefined || task.id === params.text('vmid'),
    task => params.text('typefilter') === undefined || task.type === params.text('typefilter'),
    task => task.identity.includes(params.text('userfilter') ?? ''),
    task => task.starttime >= since && task.starttime <= until,
    task => !params.flag('errors') || kindOf(task) === 'error' || kindOf(task) === 'warning',
    task => statuses.length === 0 || statuses.includes(kindOf(task)),
  ];
  const matching = sim.tasks.list().filter(task => tests.every(test => test(task)));
  const start = params.integer('start') ?? 0;
  return new WithTotal(matching.slice(start, start + (params.integer('limit') ?? 50)).map(listRow), matching.length);
}

/** Without `Sys.Audit` a token sees none of its own tasks here (Proxmox VE 9.2, measured). */
function clusterTasks(call: Call): unknown {
  const { sim, identity } = call;
  const rows = [...sim.cluster.nodes.keys()].flatMap(node => {
    const all = sim.access.has(identity, `/nodes/${node}`, 'Sys.Audit');
    const ofNode = sim.tasks.list().filter(task => task.node === node);
    return ofNode.filter(task => all || (!identity.includes('!') && userOf(task).user === identity)).slice(0, CLUSTER_LIST_LIMIT);
  });
  return rows.map(task => {
    const { upid, node, starttime, type, id, pid } = task;
    const common = { upid, node, starttime, type, id, ...userOf(task) };
    return task.exit === undefined ? { ...common, pid } : { ...common, endtime: task.endtime, status: task.exit, saved: '1' };
  });
}

/** @throws ParameterError for what is no UPID */
function parseUpid(call: Call): { upid: string; task: Task | undefined } {
  const upid = call.params.required('upid');
  if (!UPID.test(upid)) throw new ParameterError({ upid: 'unable to parse worker upid' });
  const task = call.sim.tasks.get(upid);
  const mine = task?.node === nodeOf(call) ? task : undefined;
  const owner = upid.split(':')[7] ?? '';
  if (owner !== call.identity && !owner.startsWith(`${call.identity}!`))
    call.sim.access.check(call.identity, `/nodes/${nodeOf(call)}`, 'Sys.Audit');
  return { upid, task: mine };
}

function status(call: Call): unknown {
  const { task } = parseUpid(call);
  if (task === undefined) throw new ParameterError({ upid: 'no such task' });
  const common = { ...basics(task), ...userOf(task) };
  return task.exit === undefined ? { ...common, status: 'running' } : { ...common, status: 'stopped', exitstatus: task.exit };
}

function log(call: Call): WithTotal {
  const { task } = parseUpid(call);
  const lines =
    task === undefined ? ['unable to open file - No such file or directory'] : task.log.length === 0 ? ['no content'] : task.log;
  const start = call.params.integer('start') ?? 0;
  const limit = call.params.integer('limit') ?? 50;
  const shown = lines.map((t, i) => ({ n: i + 1, t })).slice(start, limit === 0 ? undefined : start + limit);
  return new WithTotal(shown, lines.length);
}

function stop(call: Call): null {
  const upid = call.params.required('upid');
  if (!UPID.test(upid)) throw new ParameterError({ upid: 'unable to parse worker upid' });
  const owner = upid.split(':')[7] ?? '';
  if (owner !== call.identity && !owner.startsWith(`${call.identity}!`))
    call.sim.access.check(call.identity, `/nodes/${nodeOf(call)}`, 'Sys.Modify');
  call.sim.tasks.stop(upid);
  return null;
}

export const taskRoutes: Routes = {
  'GET /nodes/{node}/tasks': { handle: nodeTasks },
  'GET /cluster/tasks': { handle: clusterTasks },
  'GET /nodes/{node}/tasks/{upid}': { handle: call => unordered(call, [{ name: 'log' }, { name: 'status' }]) },
  'GET /nodes/{node}/tasks/{upid}/status': { handle: status },
  'GET /nodes/{node}/tasks/{upid}/log': { handle: log },
  'DELETE /nodes/{node}/tasks/{upid}': { handle: stop },
};
