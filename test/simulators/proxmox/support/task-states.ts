import type { WorldControl } from '../../../../simulators/proxmox/world-control';
import type { RecordedCase } from './recorded-case';
import type { Changes } from './arrangements';

const LONG = 1e9;

/** Starts the task that a recorded path names, and puts its id here into the path. */
export function arrangeTasks(world: WorldControl, recorded: RecordedCase): Changes {
  const { tasks } = world.sim;
  const { path } = recorded.request;
  const start = (node: string, type: string, id: string, duration = 0): string =>
    tasks.start({ node, type, id, identity: 'root@pam!full', duration, work: log => log(`update VM ${id}: -cores 2`) });
  if (/\/tasks(?:\?|$)/.test(path)) arrangeList(world, recorded, start);
  const named =
    /UPID(?:%3A|:)(\w+?)(?:%3A|:)[0-9A-F]{8}(?:%3A|:)[0-9A-F]+(?:%3A|:)[0-9A-F]{8}(?:%3A|:)(qmshutdown|qmconfig)(?:%3A|:)(\d+)[^/]*/.exec(
      path,
    );
  if (named === null) return {};
  const [whole, node = '', type = '', id = ''] = named;
  const upid = start(node, type, id, type === 'qmshutdown' ? LONG : 0);
  if (/killed/.test(recorded.case)) tasks.stop(upid);
  tasks.settle();
  return { path: path.replace(whole, whole.includes('%3A') ? encodeURIComponent(upid) : upid) };
}

/** What a list of tasks has to show: a good one, a failed one, and one that runs if the recording has it. */
function arrangeList(
  world: WorldControl,
  recorded: RecordedCase,
  start: (node: string, type: string, id: string, duration?: number) => string,
): void {
  const { tasks, cluster } = world.sim;
  const wanted = /[?&]vmid=(\d+)/.exec(recorded.request.path)?.[1];
  tasks.planned.push({ type: 'qmclone', exit: 'command failed', count: 1 });
  for (const [type, id] of [
    ['qmcreate', '183'],
    ['qmclone', '183'],
    ['qmconfig', '142'],
  ] as const) {
    start(cluster.entryNode, type, wanted ?? id);
  }
  const identity = recorded.case.startsWith('as-') ? 'root@pam' : 'writer@pve!rw';
  tasks.start({ node: cluster.entryNode, type: 'qmcreate', id: '184', identity, duration: 0, work: () => undefined });
  tasks.settle();
  if (/running/.test(recorded.case)) start(cluster.entryNode, 'qmshutdown', '142', LONG);
}
