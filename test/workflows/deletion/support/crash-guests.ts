import type { Cluster } from '../../reflection/support/lab';
import { container, vm } from '../../reflection/support/guests';
import type { CrashLab } from './crash-lab';
import type { Way } from './crash-ways';

/** A guest that somebody wants deleted. */
export interface Doomed {
  cluster: Cluster;
  vmid: number;
  way: Way;
  /** Its configuration, and its virtual machine in NetBox, as they were. */
  config: Readonly<Record<string, unknown>>;
  portrait: unknown;
}

/** Before a guest is destroyed every other one of its cluster is read: many guests in one cluster would take long. */
const GROUP = 12;

export const nameOf = (vmid: number): string => `vm-${vmid}`;

/** Endpoints with a guest for each of these ways, reflected. */
export async function crashGuests({ lab, netbox }: Pick<CrashLab, 'lab' | 'netbox'>, wanted: readonly Way[]): Promise<Doomed[]> {
  const groups = groupsOf([...wanted.entries()], ([, way]) => `${way.isMerged}/${way.isPutOff}`);
  const doomed: Doomed[] = [];
  await Promise.all(
    groups.map(async group => {
      const guests = await clusterFor(
        lab,
        group.map(([, way]) => way),
      );
      for (const [n, guest] of guests.entries()) {
        const portrait = guest.way.isMerged ? await netbox.portrait(nameOf(guest.vmid)) : null;
        doomed[group[n]![0]] = { ...guest, portrait };
      }
    }),
  );
  return doomed;
}

/** Groups of the same sort. */
function groupsOf<Item>(items: readonly Item[], sortOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  const counts = new Map<string, number>();
  for (const item of items) {
    const sort = sortOf(item);
    const count = counts.get(sort) ?? 0;
    counts.set(sort, count + 1);
    const key = `${sort}/${Math.floor(count / GROUP)}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

let vmids = 100;
let clusters = 0;

async function clusterFor(lab: CrashLab['lab'], ways: readonly Way[]): Promise<Omit<Doomed, 'portrait'>[]> {
  const guests = ways.map(way => ({ way, vmid: vmids++ }));
  const [{ isMerged, isPutOff }] = ways as [Way];
  const make = { qemu: vm, lxc: container };
  const name = `crash-${++clusters}`;
  const cluster = await lab.writable(
    name,
    // The addresses of a guest are read while it runs.
    guests.map(({ way, vmid }) =>
      make[way.kind](vmid, nameOf(vmid), { power: isMerged ? 'running' : 'stopped', config: { onboot: 1 } }),
    ),
    // Each has guests of its own: of two with the same evidence no branch deletes one.
    { world: { seed: name }, fields: { policy: isPutOff ? putOff : { deletion_backup_policy: 'none' } } },
  );
  const { proxmox } = cluster;
  if (isPutOff) {
    // Backups are seen by whoever may make some.
    const { tokenId: principal, secret } = proxmox.tokens.full;
    await lab.change(cluster, { credentials: { read: { kind: 'token', principal, secret } } });
  }
  if (isMerged) {
    for (const { vmid } of guests) proxmox.world.changeGuest(vmid, { power: 'stopped' });
    await lab.sync(cluster);
  }
  return guests.map(({ way, vmid }) => ({ cluster, vmid, way, config: { ...proxmox.world.guest(vmid).config } }));
}

const putOff = { deletion_hold_hours: 48, deletion_backup_policy: 'make', deletion_backup_storage: 'backup-nfs' } as const;
