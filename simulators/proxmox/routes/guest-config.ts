import { nodeOf, onGuest, vmidOf, type Call, type Routes } from '../call';
import { sleep } from '../clock';
import { ANY_CONFIG, bridgeExists, checkKeys, type Writer } from '../config-rights';
import { readConfigRequest, type ConfigRequest } from '../config-request';
import { areSshKeys, storedValue } from '../config-values';
import { realiseDrive, realiseMount } from '../drives';
import { die, ParameterError } from '../errors';
import { DISK_KEY, MOUNT_KEY, parseConfigString } from '../figures';
import { awaitFlock, checkDigest, checkLock, demandFlock, demandWritable } from '../guest-lock';
import { hotplug } from '../hotplug';
import { applyPending, deleteLive, revertPending, setLive } from '../pending';
import type { Simulation } from '../simulation';
import type { Guest, GuestKind } from '../state';
import { checkTagChange } from '../tags';

function writerOf(call: Call): Writer {
  return { sim: call.sim, identity: call.identity, vmid: vmidOf(call) };
}

/** Everything that is refused before the guest's configuration is looked at. */
function prepare(call: Call, kind: GuestKind): ConfigRequest {
  const request = readConfigRequest(call, kind);
  const { values } = request;
  const sshkeys = values.get('sshkeys');
  if (sshkeys !== undefined && !areSshKeys(sshkeys)) die('SSH public key validation error');
  const hookscript = values.get('hookscript');
  if (kind === 'qemu' && hookscript !== undefined && call.sim.cluster.volume(hookscript, nodeOf(call)) === undefined) {
    throw new ParameterError({ hookscript: `script '${hookscript}' does not exist\n` });
  }
  const withoutTags = new Map([...values].filter(([key]) => key !== 'tags'));
  const deleted = request.delete.filter(key => key !== 'tags');
  checkKeys(writerOf(call), kind, withoutTags, deleted);
  return request;
}

function checkTags(call: Call, guest: Guest, request: ConfigRequest): void {
  const after = request.delete.includes('tags') ? '' : request.values.get('tags');
  if (after === undefined) return;
  const { cluster, access } = call.sim;
  checkTagChange(cluster, access, call.identity, guest.vmid, String(guest.config['tags'] ?? ''), after);
}

/** Proxmox VE 9.2: QEMU looks at the digest first and then at the lock, containers the other way round. */
function guard(sim: Simulation, guest: Guest, digest: string | undefined): void {
  if (guest.kind === 'qemu') {
    checkDigest(sim, guest, digest);
    checkLock(guest);
  } else {
    checkLock(guest);
    checkDigest(sim, guest, digest);
  }
}

/**
 * Applies a write. On a running guest what cannot be changed at once is left pending. What could not be plugged is a 400: a virtual
 * machine has everything else applied by then, a container nothing at all.
 */
function apply(sim: Simulation, guest: Guest, request: ConfigRequest): void {
  const { cluster } = sim;
  const refused: Record<string, string> = {};
  const before = { config: { ...guest.config }, pending: { ...guest.pending }, pendingDelete: new Map(guest.pendingDelete) };
  demandWritable(sim, guest);
  if (guest.power === 'stopped') applyPending(cluster, guest);
  try {
    for (const key of request.revert) revertPending(guest, key);
    for (const key of request.delete) {
      checkDeletable(guest, key);
      applyOne(sim, guest, key, undefined, request.force, refused);
    }
    checkBoot(guest, request);
    for (const [key, text] of request.values) {
      if (/^unused\d+$/.test(key)) continue;
      const value =
        DISK_KEY.test(key) && guest.kind === 'qemu'
          ? realiseDrive(sim, guest, key, text)
          : MOUNT_KEY.test(key) && guest.kind === 'lxc'
            ? realiseMount(sim, guest, key, text)
            : storedValue(sim, guest.kind, key, text);
      applyOne(sim, guest, key, value, false, refused);
    }
  } finally {
    cluster.touched(guest);
  }
  if (Object.keys(refused).length > 0) {
    if (guest.kind === 'lxc') Object.assign(guest, before);
    cluster.touched(guest);
    throw new ParameterError(refused);
  }
  if (guest.kind === 'qemu') checkCloudInit(guest, request);
  else checkStoppedBridges(sim, guest);
}

function checkDeletable(guest: Guest, key: string): void {
  if (guest.kind === 'lxc' && (key === 'memory' || key === 'rootfs')) die(`unable to delete required option '${key}'`);
  if (guest.config['protection'] === 1 && (DISK_KEY.test(key) || MOUNT_KEY.test(key)) && guest.config[key] !== undefined) {
    die(`can't remove ${guest.kind === 'qemu' ? 'drive' : 'mountpoint'} '${key}' - protection mode enabled`);
  }
}

function applyOne(
  sim: Simulation,
  guest: Guest,
  key: string,
  value: string | number | undefined,
  force: boolean,
  refused: Record<string, string>,
): void {
  const live = guest.config[key];
  revertPending(guest, key);
  if (value === live) return;
  const outcome = guest.power === 'stopped' ? 'now' : hotplug(sim, guest, key, value === undefined ? undefined : String(value));
  if (outcome === 'now') {
    if (value === undefined) deleteLive(sim.cluster, guest, key);
    else setLive(sim.cluster, guest, key, value);
    return;
  }
  const stored = outcome === 'pending' || guest.kind === 'qemu';
  if (stored && value !== undefined) guest.pending[key] = value;
  else if (stored && live !== undefined) guest.pendingDelete.set(key, force ? 2 : 1);
  if (outcome !== 'pending') refused[key] = outcome.refused;
}

function checkBoot(guest: Guest, request: ConfigRequest): void {
  const order = /^order=(.*)$/.exec(request.values.get('boot') ?? '')?.[1]?.split(';') ?? [];
  const missing = order.find(
    key => guest.config[key] === undefined && guest.pending[key] === undefined && !request.values.has(key),
  );
  if (missing !== undefined) die(`invalid bootorder: device '${missing}' does not exist'`);
}

/** The generator of the cloud-init image refuses `manual`, after all keys were written (Proxmox VE 9.2, measured). */
function checkCloudInit(guest: Guest, request: ConfigRequest): void {
  if (![...request.values.values()].some(value => value.endsWith(':cloudinit'))) return;
  const manual = Object.keys(guest.config).some(
    key => /^ipconfig\d/.test(key) && /(?:^|,)ip=manual/.test(String(guest.config[key])),
  );
  if (manual) die('not a CIDR: manual');
}

/** A card without a bridge makes every write of a stopped container an error, though it is stored (Proxmox VE 9.2, measured). */
function checkStoppedBridges(sim: Simulation, guest: Guest): void {
  if (guest.power !== 'stopped') return;
  for (const key of Object.keys(guest.config).filter(item => /^net\d+$/.test(item))) {
    const bridge = parseConfigString(guest, key, String(guest.config[key])).get('bridge') ?? '';
    if (!bridgeExists(sim.cluster, guest.node, bridge)) die(`bridge '${bridge}' does not exist`);
  }
}

function logChange(call: Call, request: ConfigRequest): void {
  const parts = [...request.values].map(([key, value]) => `-${key} ${key === 'cipassword' ? '<hidden>' : value}`);
  const deleted = request.delete.length > 0 ? [`-delete ${request.delete.join(',')}`] : [];
  call.sim.addLogLine(nodeOf(call), call.identity, `update VM ${vmidOf(call)}: ${[...parts, ...deleted].join(' ')}`);
}

async function putQemu(call: Call): Promise<null> {
  const { sim } = call;
  const request = prepare(call, 'qemu');
  const { cluster } = sim;
  checkDigest(sim, cluster.load(nodeOf(call), 'qemu', vmidOf(call)), request.digest);
  await awaitFlock(sim, cluster.find(nodeOf(call), 'qemu', vmidOf(call)));
  const guest = cluster.load(nodeOf(call), 'qemu', vmidOf(call));
  guard(sim, guest, request.digest);
  checkTags(call, guest, request);
  logChange(call, request);
  apply(sim, guest, request);
  return null;
}

/** The same as a task; with `background_delay` the answer waits for it, and is null when it ended well in time. */
async function postQemu(call: Call): Promise<string | null> {
  const { sim, identity } = call;
  const request = prepare(call, 'qemu');
  const guest = sim.cluster.load(nodeOf(call), 'qemu', vmidOf(call));
  guard(sim, guest, request.digest);
  checkTags(call, guest, request);
  const upid = sim.tasks.start({
    node: guest.node,
    type: 'qmconfig',
    id: guest.vmid,
    identity,
    work: log => {
      const now = sim.cluster.load(nodeOf(call), 'qemu', guest.vmid);
      demandFlock(sim, now);
      guard(sim, now, request.digest);
      log(`update VM ${guest.vmid}: ${[...request.values].map(([key, value]) => `-${key} ${value}`).join(' ')}`);
      apply(sim, now, request);
    },
  });
  const delay = call.params.integer('background_delay');
  if (delay === undefined) return upid;
  await sleep(Math.min(delay * 1000, sim.timing.task + 10));
  sim.settle();
  return sim.tasks.get(upid)?.exit === 'OK' ? null : upid;
}

async function putLxc(call: Call): Promise<null> {
  const { sim } = call;
  const request = prepare(call, 'lxc');
  if (request.values.has('unprivileged')) die(`unable to modify read-only option: 'unprivileged'`);
  sim.cluster.load(nodeOf(call), 'lxc', vmidOf(call));
  await awaitFlock(sim, sim.cluster.find(nodeOf(call), 'lxc', vmidOf(call)));
  const guest = sim.cluster.load(nodeOf(call), 'lxc', vmidOf(call));
  guard(sim, guest, request.digest);
  checkTags(call, guest, request);
  apply(sim, guest, request);
  return null;
}

function regenerateCloudInit(call: Call): null {
  const guest = call.sim.cluster.load(nodeOf(call), 'qemu', vmidOf(call));
  checkLock(guest);
  return null;
}

const anyConfig = onGuest(...ANY_CONFIG);
/** Containers have no cloud-init and no medium of their own. */
const anyLxcConfig = onGuest(...['Disk', 'CPU', 'Memory', 'Network', 'Options'].map(name => `VM.Config.${name}`));

export const guestConfigRoutes: Routes = {
  'PUT /nodes/{node}/qemu/{vmid}/config': { permission: anyConfig, handle: putQemu },
  'POST /nodes/{node}/qemu/{vmid}/config': { permission: anyConfig, handle: postQemu },
  'PUT /nodes/{node}/lxc/{vmid}/config': { permission: anyLxcConfig, handle: putLxc },
  'PUT /nodes/{node}/qemu/{vmid}/cloudinit': { permission: onGuest('VM.Config.Cloudinit'), handle: regenerateCloudInit },
};
