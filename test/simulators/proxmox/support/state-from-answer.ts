import type { WorldControl } from '../../../../simulators/proxmox/world-control';
import type { RecordedCase } from './recorded-case';
import { addLaterGuest, LATER_GUESTS } from './recorded-world';

const FOR_EVER = 1e12;

/** Much of the state that a request met is told by its refusal: what is locked, protected, running, taken. */
export function stateFromAnswer(world: WorldControl, recorded: RecordedCase, vmid: number): void {
  const errors = Object.values(recorded.body?.errors ?? {}).join('\n');
  const text = [recorded.statusText, recorded.task?.status?.data?.exitstatus, errors].join('\n');
  const taken = Number(/(?:VM|CT) (\d+)(?:: config file)? already exists/.exec(text)?.[1]);
  if (LATER_GUESTS[taken] !== undefined && !world.sim.cluster.guests.has(taken)) addLaterGuest(world, taken);
  if (!world.sim.cluster.guests.has(vmid)) return;
  const lock =
    /is locked \((\w+)\)/.exec(text)?.[1] ?? /-locked-(backup|create|migrate|suspended|snapshot)\b/.exec(recorded.case)?.[1];
  if (lock !== undefined) world.changeGuest(vmid, { config: { lock } });
  if (/can't lock file/.test(text)) world.changeGuest(vmid, { holdLock: FOR_EVER });
  if (/protection mode enabled/.test(text)) world.changeGuest(vmid, { config: { protection: 1 } });
  else if (recorded.request.method === 'DELETE') world.changeGuest(vmid, { remove: ['protection'] });
  if (/is running - destroy failed|container is running|already running/.test(text))
    world.changeGuest(vmid, { power: 'running' });
  if (/(?:VM|CT) \d+ (?:is )?not running/.test(text)) world.changeGuest(vmid, { power: 'stopped' });
  if (/got timeout|did not stop|still busy in guest/.test(text)) world.changeGuest(vmid, { releasesDevices: false });
  if (/powerdown failed|did not stop|hotplug problem/.test(text)) world.changeGuest(vmid, { power: 'running' });
  if (/bridge '' does not exist/.test(text))
    world.changeGuest(vmid, { config: { net5: 'name=eth5,hwaddr=BC:24:11:F5:E3:17,type=veth' } });
  if (/bridge 'vmbr77' does not exist/.test(recorded.task?.status?.data?.exitstatus ?? '')) {
    world.changeGuest(vmid, { config: { net0: 'virtio=BC:24:11:00:00:77,bridge=vmbr77' } });
  }
  if (/not a CIDR/.test(text)) world.changeGuest(vmid, { config: { ipconfig0: 'ip=manual' } });
  if (/already attached at 'ide2'/.test(text))
    world.changeGuest(vmid, { config: { ide2: `local:${vmid}/vm-${vmid}-cloudinit.qcow2,media=cdrom` } });
}
