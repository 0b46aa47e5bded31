import { nodeOf, onGuest, vmidOf, type Call, type Routes } from '../call';
import { volumeIn, volumeKeys } from '../drives';
import { die } from '../errors';
import { checkLock, demandFlock, demandWritable } from '../guest-lock';
import { haSid } from '../guest-rows';
import { label } from '../new-guest';
import { listOf } from '../request-body';
import type { Simulation } from '../simulation';
import type { Guest, GuestKind } from '../state';
import { freeVolume, linkedClonesOf } from '../volumes';

/** Refused at once, and again by the task. @throws ApiError 500 */
function checkRemovable(call: Call, guest: Guest): void {
  const { cluster } = call.sim;
  const { vmid, kind, config } = guest;
  if (config['protection'] === 1) die(`can't remove ${label(kind)} ${vmid} - protection mode enabled`);
  if (kind === 'lxc') checkLock(guest);
  const purge = call.params.flag('purge');
  const replicated = cluster.replication.find(job => job.guest === vmid);
  if (replicated !== undefined && !purge)
    die(`There is a replication job '${replicated.id}' for guest '${vmid}' - Please remove that first.`);
  if (guest.power !== 'stopped' && !(kind === 'lxc' && call.params.flag('force'))) {
    die(kind === 'qemu' ? `VM ${vmid} is running - destroy failed` : `unable to destroy CT ${vmid} - container is running`);
  }
  if (cluster.haResources.has(haSid(guest)) && !purge) {
    die(`unable to remove ${label(kind)} ${vmid} - used in HA resources and purge parameter not set.`);
  }
}

function destroy(kind: GuestKind) {
  return (call: Call): string => {
    const { sim, identity } = call;
    const [node, vmid] = [nodeOf(call), vmidOf(call)];
    const guest = sim.cluster.load(node, kind, vmid);
    checkRemovable(call, guest);
    return sim.tasks.start({
      node,
      type: kind === 'qemu' ? 'qmdestroy' : 'vzdestroy',
      id: vmid,
      identity,
      work: log => {
        const now = sim.cluster.load(node, kind, vmid);
        demandFlock(sim, now);
        // A suspended guest may be destroyed, and a container's lock was looked at before.
        if (now.config['lock'] !== 'suspended') checkLock(now);
        checkRemovable(call, now);
        demandUnlinked(sim, now);
        demandWritable(sim, now);
        removeGuest(sim, now, call.params.flag('destroy-unreferenced-disks'), log);
        if (call.params.flag('purge')) {
          log(`purging ${label(kind)} ${vmid} from related configurations..`);
          purge(sim, now, log);
        }
      },
    });
  };
}

function demandUnlinked(sim: Simulation, guest: Guest): void {
  for (const key of volumeKeys(guest)) {
    const volid = volumeIn(guest, key);
    if (volid !== undefined && linkedClonesOf(sim.cluster, volid).length > 0)
      die(`base volume '${volid}' is still in use by linked cloned`);
  }
}

/** Frees what the guest owns and forgets it, with its rights and its pool membership; backups stay. */
function removeGuest(sim: Simulation, guest: Guest, unreferenced: boolean, log: (line: string) => void): void {
  const { cluster, access } = sim;
  for (const key of volumeKeys(guest)) {
    const volid = volumeIn(guest, key);
    const volume = volid === undefined ? undefined : cluster.volume(volid, guest.node);
    if (volume?.vmid !== guest.vmid) continue;
    if (volume.inUse === true) log(`Could not remove disk '${volume.volid}', check manually: it is in use`);
    else freeVolume(cluster, volume.volid, guest.node);
  }
  if (unreferenced) {
    for (const [key, volume] of cluster.volumes) {
      if (volume.vmid === guest.vmid && (volume.content === 'images' || volume.content === 'rootdir'))
        cluster.volumes.delete(key);
    }
  }
  cluster.guests.delete(guest.vmid);
  for (const pool of cluster.pools.values()) pool.guests.delete(guest.vmid);
  access.removeAclOf(`/vms/${guest.vmid}`);
  access.changed();
}

/** Backup jobs, replication, HA resource, and HA rules that get empty. */
function purge(sim: Simulation, guest: Guest, log: (line: string) => void): void {
  const { cluster } = sim;
  const sid = haSid(guest);
  for (const job of cluster.backupJobs) {
    if (typeof job['vmid'] === 'string')
      job['vmid'] = listOf(job['vmid'])
        .filter(id => id !== String(guest.vmid))
        .join(',');
  }
  removeWhere(cluster.replication, job => job.guest === guest.vmid);
  if (!cluster.haResources.delete(sid)) return;
  log(`NOTE: removed ${label(guest.kind)} ${guest.vmid} from HA resource configuration.`);
  for (const rule of cluster.haRules) rule.resources = rule.resources.filter(resource => resource !== sid);
  removeWhere(cluster.haRules, rule => rule.resources.length === 0);
}

function removeWhere<T>(items: T[], matches: (item: T) => boolean): void {
  for (let i = items.length - 1; i >= 0; i--) if (matches(items[i] as T)) items.splice(i, 1);
}

export const destroyRoutes: Routes = {
  'DELETE /nodes/{node}/qemu/{vmid}': { permission: onGuest('VM.Allocate'), handle: destroy('qemu') },
  'DELETE /nodes/{node}/lxc/{vmid}': { permission: onGuest('VM.Allocate'), handle: destroy('lxc') },
};
