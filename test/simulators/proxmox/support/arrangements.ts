import type { ProxmoxSimulator } from '../../../../simulators/proxmox/simulator';
import { recordedConfig, type RecordedCase } from './recorded-case';
import { addLaterGuest, LATER_GUESTS } from './recorded-world';
import { NAMED_STATES } from './named-states';
import { stateFromAnswer } from './state-from-answer';
import { arrangeTasks } from './task-states';

export type WorldName = 'standalone' | 'cluster' | 'minority';

/** The cluster's cases were recorded from one of its two nodes. */
export function worldOf(recorded: RecordedCase): WorldName {
  if (recorded.case.startsWith('noquorum-')) return 'minority';
  return /^(?:cluster2|local-daemon)-/.test(recorded.case) ? 'cluster' : 'standalone';
}

/** Recordings that are not replayed, and why. */
export const NOT_REPLAYED: [pattern: RegExp, reason: string][] = [
  [
    /^qemu-agent-(?:file-?read|fileread|get-fsinfo|get-time|get-timezone|get-users|get-vcpus|info|post-generic)/,
    'agent calls that we never make',
  ],
  [/firewall/, 'firewall calls, which we never make'],
  [/^qemu-cloudinit-dump/, 'cloud-init files, which we never read'],
  [/^(?:mapping-pci|cluster-bulk|perm-netonly-op-console)$/, 'device mappings, bulk actions and consoles, which we never use'],
  [/^qemu-status-ha$/, 'the HA manager did not run in the recording, so the state is null there'],
];

/** What the request must say instead of what was recorded, because ids and digests differ. */
export interface Changes {
  path?: string;
  params?: Record<string, unknown>;
}

/** Brings the world into the state that the recording met: from its name, its request and its answer. */
export function arrange(simulator: ProxmoxSimulator, recorded: RecordedCase): Changes {
  const { world } = simulator;
  const vmid = Number(/\/(?:qemu|lxc)\/(\d+)/.exec(recorded.request.path)?.[1]);
  if (recorded.request.auth.includes('net@pve')) world.grant('/vms/183', 'net@pve', 'NetOnly');
  if (worldOf(recorded) === 'standalone' && !saysMissing(recorded, vmid)) addSubject(simulator, recorded, vmid);
  stateFromAnswer(world, recorded, vmid);
  for (const [pattern, change] of NAMED_STATES) if (pattern.test(recorded.case)) change(world, vmid, recorded);
  const guest = world.sim.cluster.guests.get(vmid);
  if (guest !== undefined) world.changeGuest(vmid, {});
  if (!/after-300s|node-lost/.test(recorded.case)) world.tick();
  return { ...arrangeTasks(world, recorded), ...freshDigest(simulator, recorded, vmid) };
}

/** Whether the answer says that there is no such guest. */
function saysMissing(recorded: RecordedCase, vmid: number): boolean {
  const text = new RegExp(`${vmid}\\.conf' does not exist|for VM ${vmid} on node`);
  return text.test(recorded.statusText) || text.test(recorded.task?.status?.data?.exitstatus ?? '');
}

function addSubject(simulator: ProxmoxSimulator, recorded: RecordedCase, vmid: number): void {
  const { world } = simulator;
  if (LATER_GUESTS[vmid] !== undefined) return addLaterGuest(world, vmid);
  const readsConfig =
    recorded.request.method === 'GET' &&
    typeof recorded.body?.data === 'object' &&
    recorded.body.data !== null &&
    /\/qemu\/\d+\/config$/.test(recorded.request.path);
  if (readsConfig && !world.sim.cluster.guests.has(vmid)) {
    world.createGuest({ vmid, kind: 'qemu', config: recordedConfig(recorded.case) });
  }
}

/** A digest that was right in the recording must be right here. */
function freshDigest(simulator: ProxmoxSimulator, recorded: RecordedCase, vmid: number): Changes {
  const { cluster } = simulator.world.sim;
  const guest = cluster.guests.get(vmid);
  const stale = /mismatch/.test(recorded.task?.status?.data?.exitstatus ?? '');
  if (recorded.status !== 200 || recorded.request.params?.['digest'] === undefined || guest === undefined || stale) return {};
  return { params: { ...recorded.request.params, digest: cluster.digest(guest) } };
}
