import { nodeOf, onGuest, vmidOf, type Call, type Routes } from '../call';
import { replaceIn, sizeOf, volumeIn } from '../drives';
import { ApiError, die } from '../errors';
import { parseConfigString, parseSize, printSize } from '../figures';
import { awaitFlock, checkDigest, checkLock, demandFlock, demandWritable } from '../guest-lock';
import type { Simulation } from '../simulation';
import type { Guest, GuestKind } from '../state';
import { allocate, freeVolume, keepsFiles, storageOf } from '../volumes';

/** `+8G` is added, anything else is the new size. */
function wantedSize(text: string, current: number): number {
  return text.startsWith('+') ? current + parseSize(text.slice(1)) : parseSize(text);
}

function grow(sim: Simulation, guest: Guest, key: string, bytes: number): void {
  demandWritable(sim, guest);
  const volid = volumeIn(guest, key);
  const volume = volid === undefined ? undefined : sim.cluster.volume(volid, guest.node);
  if (volume !== undefined) volume.size = bytes;
  replaceIn(guest, key, { size: printSize(bytes) });
  sim.cluster.touched(guest);
}

/** Everything about the guest is looked at by the task (Proxmox VE 9.2, measured). */
function resizeQemu(call: Call): string {
  const { sim, params } = call;
  const [node, vmid] = [nodeOf(call), vmidOf(call)];
  const key = params.required('disk');
  const work = (): void => {
    const guest = sim.cluster.load(node, 'qemu', vmid);
    demandFlock(sim, guest);
    checkDigest(sim, guest, params.text('digest'));
    checkLock(guest);
    if (guest.config[key] === undefined) die(`disk '${key}' does not exist`);
    const current = sizeOf(guest, key);
    const bytes = wantedSize(params.required('size'), current);
    if (guest.config['template'] === 1) die(templateText(sim, guest, key, bytes));
    if (bytes < current) die('shrinking disks is not supported');
    grow(sim, guest, key, bytes);
  };
  return sim.tasks.start({ node, type: 'resize', id: vmid, identity: call.identity, work });
}

function templateText(sim: Simulation, guest: Guest, key: string, bytes: number): string {
  const volid = volumeIn(guest, key) ?? '';
  const file = `/var/lib/vz/images/${volid.slice(volid.indexOf(':') + 1)}`;
  const format = sim.cluster.volume(volid, guest.node)?.format ?? 'raw';
  return `command '/usr/bin/qemu-img resize '--preallocation=metadata' -f ${format} ${file} ${bytes}' failed: exit code 1`;
}

async function resizeLxc(call: Call): Promise<string> {
  const { sim, params, identity } = call;
  const [node, vmid] = [nodeOf(call), vmidOf(call)];
  const key = params.required('disk');
  sim.cluster.load(node, 'lxc', vmid);
  await awaitFlock(sim, sim.cluster.find(node, 'lxc', vmid));
  const guest = sim.cluster.load(node, 'lxc', vmid);
  checkLock(guest);
  checkDigest(sim, guest, params.text('digest'));
  if (guest.config[key] === undefined) {
    const text = 'property is missing and it is not optional';
    throw new ApiError(500, 'format error', { volume: text, mp: text });
  }
  const current = sizeOf(guest, key);
  const bytes = wantedSize(params.required('size'), current);
  if (bytes < current) die('unable to shrink disk size');
  if (bytes === current) die('disk is already at specified size');
  return sim.tasks.start({ node, type: 'resize', id: vmid, identity, work: () => grow(sim, guest, key, bytes) });
}

function move(kind: GuestKind) {
  return (call: Call): string => {
    const { sim, params, identity } = call;
    const { cluster } = sim;
    const [node, vmid] = [nodeOf(call), vmidOf(call)];
    const key = params.required(kind === 'qemu' ? 'disk' : 'volume');
    const target = params.text('storage');
    if (target !== undefined) sim.access.check(identity, `/storage/${target}`, 'Datastore.AllocateSpace');
    const guest = cluster.load(node, kind, vmid);
    checkLock(guest);
    checkDigest(sim, guest, params.text('digest'), 'detected modified configuration - file changed by other user? Try again.');
    const volid =
      volumeIn(guest, key) ?? die(kind === 'qemu' ? `disk '${key}' does not exist` : `volume '${key}' does not exist`);
    const volume = cluster.volume(volid, node) ?? die(`volume '${volid}' does not exist`);
    const storage = storageOf(cluster, target ?? volume.storage);
    const format = params.text('format') ?? (keepsFiles(storage) ? volume.format : 'raw');
    if (kind === 'qemu' && storage.name === volume.storage && format === volume.format)
      die(`you can't move to the same storage with same format`);
    const work = (): void => {
      const made = allocate(cluster, storage, guest, { bytes: volume.size, format }, sim.clock.seconds());
      replaceIn(guest, key, { [parseConfigString(guest, key, String(guest.config[key])).has('file') ? 'file' : 'volume']: made });
      if (params.flag('delete')) freeVolume(cluster, volid, node);
      else keepUnused(guest, volid);
      cluster.touched(guest);
    };
    return sim.tasks.start({ node, type: kind === 'qemu' ? 'qmmove' : 'move_volume', id: vmid, identity, work });
  };
}

function keepUnused(guest: Guest, volid: string): void {
  let n = 0;
  while (guest.config[`unused${n}`] !== undefined) n++;
  guest.config[`unused${n}`] = volid;
}

const disk = onGuest('VM.Config.Disk');

export const diskRoutes: Routes = {
  'PUT /nodes/{node}/qemu/{vmid}/resize': { permission: disk, handle: resizeQemu },
  'PUT /nodes/{node}/lxc/{vmid}/resize': { permission: disk, handle: resizeLxc },
  'POST /nodes/{node}/qemu/{vmid}/move_disk': { permission: disk, handle: move('qemu') },
  'POST /nodes/{node}/lxc/{vmid}/move_volume': { permission: disk, handle: move('lxc') },
};
