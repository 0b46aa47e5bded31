import { nodeOf, onGuest, vmidOf, type Call, type Routes } from '../call';
import { bridgeExists } from '../config-rights';
import { die } from '../errors';
import { parseConfigString } from '../figures';
import { checkLock, demandFlock, demandQuorum, demandWritable } from '../guest-lock';
import { agentEnabled, haSid } from '../guest-rows';
import { label } from '../new-guest';
import { applyPending } from '../pending';
import type { Simulation } from '../simulation';
import type { Guest, GuestKind } from '../state';
import type { TaskSpec } from '../tasks';

function missing(node: string, kind: GuestKind, vmid: number): never {
  die(`unable to find configuration file for ${label(kind)} ${vmid} on node '${node}'`);
}

function start(call: Call, type: string, work: TaskSpec['work'], extra: Partial<TaskSpec> = {}): string {
  return call.sim.tasks.start({ node: nodeOf(call), type, id: vmidOf(call), identity: call.identity, work, ...extra });
}

function turnOff(sim: Simulation, guest: Guest): void {
  guest.power = 'stopped';
  if (guest.kind === 'lxc') applyPending(sim.cluster, guest);
}

function turnOn(sim: Simulation, guest: Guest): void {
  demandFlock(sim, guest);
  if (guest.config['lock'] !== 'suspended') checkLock(guest);
  if (guest.config['template'] === 1)
    die(guest.kind === 'qemu' ? `you can't start a vm if it's a template` : `you can't start a CT if it's a template`);
  if (guest.power !== 'stopped') die(`${label(guest.kind)} ${guest.vmid} already running`);
  demandWritable(sim, guest);
  applyPending(sim.cluster, guest);
  for (const key of Object.keys(guest.config).filter(item => /^net\d+$/.test(item))) {
    const bridge = parseConfigString(guest, key, String(guest.config[key])).get('bridge');
    if (bridge !== undefined && !bridgeExists(sim.cluster, guest.node, bridge)) die(`bridge '${bridge}' does not exist`);
  }
  delete guest.config['lock'];
  sim.cluster.touched(guest);
  guest.power = 'running';
  guest.startedAt = sim.clock.seconds();
}

/** For a guest under high availability a task only writes the wish down; the manager's own task fulfils it. */
function request(call: Call, kind: GuestKind, wish: 'started' | 'stopped', fulfil: (guest: Guest) => void): string | undefined {
  const { sim } = call;
  const guest = sim.cluster.find(nodeOf(call), kind, vmidOf(call));
  const resource = guest === undefined ? undefined : sim.cluster.haResources.get(haSid(guest));
  if (guest === undefined || resource === undefined) return undefined;
  return start(call, wish === 'started' ? 'hastart' : 'hastop', () => {
    resource.state = wish;
    const type = `${kind === 'qemu' ? 'qm' : 'vz'}${wish === 'started' ? 'start' : 'stop'}`;
    sim.tasks.start({ node: guest.node, type, id: guest.vmid, identity: 'root@pam', work: () => fulfil(guest) });
  });
}

function startGuest(kind: GuestKind) {
  return (call: Call): string => {
    const { sim } = call;
    demandQuorum(sim);
    const guest = sim.cluster.find(nodeOf(call), kind, vmidOf(call));
    if (kind === 'lxc' && guest?.power === 'running') die(`CT ${guest.vmid} already running`);
    const wanted = request(call, kind, 'started', item => turnOn(sim, item));
    return (
      wanted ??
      start(call, kind === 'qemu' ? 'qmstart' : 'vzstart', () => turnOn(sim, sim.cluster.load(nodeOf(call), kind, vmidOf(call))))
    );
  };
}

/** Containers refuse at once what does not run; QEMU says it in the task, or is content. */
function runningContainer(call: Call): Guest {
  const guest = call.sim.cluster.find(nodeOf(call), 'lxc', vmidOf(call));
  return guest === undefined || guest.power === 'stopped' ? die(`CT ${vmidOf(call)} not running`) : guest;
}

function stopGuest(kind: GuestKind) {
  return (call: Call): string => {
    const { sim } = call;
    if (kind === 'lxc') runningContainer(call);
    const wanted = request(call, kind, 'stopped', guest => turnOff(sim, guest));
    if (wanted !== undefined) return wanted;
    if (call.params.flag('overrule-shutdown'))
      sim.tasks.stopMatching(kind === 'qemu' ? 'qmshutdown' : 'vzshutdown', vmidOf(call));
    return start(call, kind === 'qemu' ? 'qmstop' : 'vzstop', () => {
      const guest = sim.cluster.find(nodeOf(call), kind, vmidOf(call)) ?? missing(nodeOf(call), kind, vmidOf(call));
      demandFlock(sim, guest);
      if (guest.power === 'stopped') return;
      checkLock(guest);
      turnOff(sim, guest);
    });
  };
}

/** Holds the configuration's flock for its whole time; a guest that does not listen lets it run out. */
function shutdown(kind: GuestKind, type: string, restart: boolean) {
  return (call: Call): string => {
    const { sim, params } = call;
    if (kind === 'lxc') runningContainer(call);
    const guest = sim.cluster.find(nodeOf(call), kind, vmidOf(call));
    const wanted = restart ? undefined : request(call, kind, 'stopped', item => turnOff(sim, item));
    if (wanted !== undefined) return wanted;
    const deaf =
      guest !== undefined &&
      guest.power !== 'stopped' &&
      (!guest.releasesDevices || (agentEnabled(guest) && guest.agent !== 'present'));
    const seconds = params.integer('timeout');
    const duration = deaf ? { duration: seconds === undefined ? sim.timing.shutdown : seconds * 1000 } : {};
    const upid = start(
      call,
      type,
      () => {
        const now = sim.cluster.find(nodeOf(call), kind, vmidOf(call)) ?? missing(nodeOf(call), kind, vmidOf(call));
        if (now.power === 'stopped') return;
        checkLock(now);
        if (deaf && !params.flag('forceStop'))
          die(kind === 'qemu' ? 'VM quit/powerdown failed - got timeout' : 'container did not stop');
        turnOff(sim, now);
        if (restart) turnOn(sim, now);
      },
      duration,
    );
    if (deaf && guest !== undefined) guest.flock = upid;
    return upid;
  };
}

/** Reset, suspend and resume need a guest that runs. */
function onRunning(type: string, change: (guest: Guest) => void) {
  return (call: Call): string => {
    const { sim } = call;
    const vmid = vmidOf(call);
    const guest = sim.cluster.find(nodeOf(call), 'qemu', vmid) ?? missing(nodeOf(call), 'qemu', vmid);
    if (guest.power === 'stopped') die(`VM ${vmid} not running`);
    return start(call, type, () => {
      checkLock(guest);
      change(guest);
    });
  };
}

const allowed = onGuest('VM.PowerMgmt');

export const powerRoutes: Routes = {
  'POST /nodes/{node}/qemu/{vmid}/status/start': { permission: allowed, handle: startGuest('qemu') },
  'POST /nodes/{node}/qemu/{vmid}/status/stop': { permission: allowed, handle: stopGuest('qemu') },
  'POST /nodes/{node}/qemu/{vmid}/status/shutdown': { permission: allowed, handle: shutdown('qemu', 'qmshutdown', false) },
  'POST /nodes/{node}/qemu/{vmid}/status/reboot': { permission: allowed, handle: shutdown('qemu', 'qmreboot', true) },
  'POST /nodes/{node}/qemu/{vmid}/status/reset': { permission: allowed, handle: onRunning('qmreset', () => undefined) },
  'POST /nodes/{node}/qemu/{vmid}/status/suspend': {
    permission: allowed,
    handle: onRunning('qmpause', guest => void (guest.power = 'paused')),
  },
  'POST /nodes/{node}/qemu/{vmid}/status/resume': {
    permission: allowed,
    handle: onRunning('qmresume', guest => void (guest.power = 'running')),
  },
  'POST /nodes/{node}/lxc/{vmid}/status/start': { permission: allowed, handle: startGuest('lxc') },
  'POST /nodes/{node}/lxc/{vmid}/status/stop': { permission: allowed, handle: stopGuest('lxc') },
  'POST /nodes/{node}/lxc/{vmid}/status/shutdown': { permission: allowed, handle: shutdown('lxc', 'vzshutdown', false) },
  'POST /nodes/{node}/lxc/{vmid}/status/reboot': { permission: allowed, handle: shutdown('lxc', 'vzreboot', true) },
};
