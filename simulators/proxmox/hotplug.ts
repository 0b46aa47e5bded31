import { bridgeExists } from './config-rights';
import { parseConfigString, stemOf } from './figures';
import type { Simulation } from './simulation';
import type { Guest } from './state';

/** Keys that a running QEMU guest takes at once, without a device that comes or goes. */
const FAST_QEMU = new Set(
  (
    'name description tags protection onboot startup hookscript lock template cicustom cipassword citype ciuser ciupgrade nameserver ' +
    'searchdomain sshkeys cpulimit cpuunits balloon shares migrate_downtime migrate_speed'
  ).split(' '),
);
/** Keys that wait until a running container is started again. */
const SLOW_LXC = new Set('nameserver searchdomain features arch ostype console tty cmode timezone entrypoint env'.split(' '));

/** What becomes of one change of a running guest. */
export type HotplugOutcome = 'now' | 'pending' | { refused: string };

/** @param value undefined: the key is to be deleted */
export function hotplug(sim: Simulation, guest: Guest, key: string, value: string | undefined): HotplugOutcome {
  return guest.kind === 'qemu' ? hotplugQemu(sim, guest, key, value) : hotplugLxc(sim, guest, key, value);
}

function hotplugQemu(sim: Simulation, guest: Guest, key: string, value: string | undefined): HotplugOutcome {
  const stem = stemOf(key);
  if (FAST_QEMU.has(key) || stem === 'ipconfig' || stem === 'unused') return 'now';
  if (stem === 'net') return hotplugCard(sim, guest, key, value);
  if (stem === 'scsi' || stem === 'virtio') {
    if (value !== undefined) return 'now';
    return guest.releasesDevices ? 'now' : { refused: `hotplug problem - error unplugging '${key}'\n` };
  }
  return 'pending';
}

function hotplugCard(sim: Simulation, guest: Guest, key: string, value: string | undefined): HotplugOutcome {
  const before = guest.config[key] === undefined ? undefined : parseConfigString(guest, key, String(guest.config[key]));
  const after = value === undefined ? undefined : parseConfigString(guest, key, value);
  const bridge = after?.get('bridge');
  if (bridge !== undefined && !bridgeExists(sim.cluster, guest.node, bridge)) {
    const script = 'network script /usr/libexec/qemu-server/pve-bridge-hotplug failed with status 512';
    return { refused: `hotplug problem - VM ${guest.vmid} qmp command 'netdev_add' failed - ${script}\n` };
  }
  const replug =
    before !== undefined && ['model', 'macaddr', 'queues', 'mtu'].some(item => before.get(item) !== after?.get(item));
  if (replug && !guest.releasesDevices)
    return { refused: `hotplug problem - error on hot-unplugging device '${key}' - still busy in guest?\n` };
  return 'now';
}

function hotplugLxc(sim: Simulation, guest: Guest, key: string, value: string | undefined): HotplugOutcome {
  if (SLOW_LXC.has(key) || (/^mp\d/.test(key) && (value === undefined || guest.config[key] !== undefined))) return 'pending';
  if (stemOf(key) !== 'net' || value === undefined) return 'now';
  const bridge = parseConfigString(guest, key, value).get('bridge') ?? '';
  if (bridgeExists(sim.cluster, guest.node, bridge)) return 'now';
  return { refused: `unable to hotplug ${key}: bridge '${bridge}' does not exist\n` };
}
