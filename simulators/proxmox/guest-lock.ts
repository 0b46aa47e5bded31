import { sleep } from './clock';
import { die } from './errors';
import type { Simulation } from './simulation';
import type { Guest } from './state';

const STEP = 5;

function lockFile(guest: Guest): string {
  return guest.kind === 'qemu' ? `/var/lock/qemu-server/lock-${guest.vmid}.conf` : `/run/lock/lxc/pve-config-${guest.vmid}.lock`;
}

function isFlocked(sim: Simulation, guest: Guest): boolean {
  const { flock } = guest;
  return flock !== undefined && (typeof flock === 'number' ? sim.clock.now() < flock : sim.tasks.isRunning(flock));
}

/** Waits until nobody holds the configuration file. @throws ApiError 500 when that takes too long */
export async function awaitFlock(sim: Simulation, guest: Guest | undefined): Promise<void> {
  if (guest === undefined) return;
  const until = sim.clock.now() + sim.timing.flock;
  while (isFlocked(sim, guest)) {
    if (sim.clock.now() >= until) demandFlock(sim, guest);
    await sleep(STEP);
    sim.settle();
  }
}

/** For tasks, which have waited already. @throws ApiError whose text ends the task */
export function demandFlock(sim: Simulation, guest: Guest): void {
  if (isFlocked(sim, guest)) die(`can't lock file '${lockFile(guest)}' - got timeout`);
}

/** @throws ApiError 500 `VM is locked (backup)` */
export function checkLock(guest: Guest): void {
  const lock = guest.config['lock'];
  if (lock !== undefined) die(`${guest.kind === 'qemu' ? 'VM' : 'CT'} is locked (${lock})`);
}

/** An empty digest is no digest. @throws ApiError 500 */
export function checkDigest(sim: Simulation, guest: Guest, digest: string | undefined, text?: string): void {
  if (digest === undefined || digest === '' || digest === sim.cluster.digest(guest)) return;
  const usual =
    guest.kind === 'qemu'
      ? 'checksum mismatch (file change by other user?)'
      : 'detected modified configuration - file changed by other user? Try again.';
  die(text ?? usual);
}

/** Without quorum the cluster file system is read-only. @throws ApiError 500 */
export function demandWritable(sim: Simulation, guest: Guest): void {
  if (sim.cluster.quorate) return;
  const folder = guest.kind === 'qemu' ? 'qemu-server' : 'lxc';
  die(
    `unable to open file '/etc/pve/nodes/${guest.node}/${folder}/${guest.vmid}.conf.tmp.${1000 + sim.fresh.int(0, 8999)}' - Permission denied`,
  );
}

/** @throws ApiError 500 */
export function demandQuorum(sim: Simulation): void {
  if (!sim.cluster.quorate) die('cluster not ready - no quorum?');
}
