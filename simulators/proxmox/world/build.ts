import { Cluster } from '../cluster';
import { agentEnabled, haSid } from '../guest-rows';
import { Simulation, type Timing } from '../simulation';
import type { Guest } from '../state';
import { GuestMaker } from './guests';
import {
  addIdentities,
  MANAGED_POOL,
  NO_AGENT_ROLE,
  READER,
  type TokenCredential,
  type UserSpec,
  type UsualToken,
} from './identities';
import { addMedia, addNodes, usualStorages, WORLD_EPOCH } from './infrastructure';
import type { CompleteWorldOptions } from './options';

const POOLS = { [MANAGED_POOL]: 'Managed guests', customers: 'Customer machines', lab: '' };

export interface BuiltWorld {
  sim: Simulation;
  tokens: Record<UsualToken, TokenCredential>;
}

/** Builds the whole world from its options. */
export function buildWorld(options: CompleteWorldOptions, timing: Timing, users: readonly UserSpec[]): BuiltWorld {
  const cluster = new Cluster(options.clusterName, options.nodeNames[0] ?? 'pve');
  const sim = new Simulation(cluster, timing, options.seed);
  addNodes(cluster, options.nodeNames, options.networkPrefix);
  for (const storage of options.storages ?? usualStorages(options.clusterName === null))
    cluster.storages.set(storage.name, storage);
  addMedia(cluster);
  for (const [id, comment] of Object.entries(POOLS)) cluster.pools.set(id, { comment, guests: new Set(), storages: new Set() });
  const tokens = addIdentities(sim.access, options.seed, cluster.storages.keys(), users);
  const maker = new GuestMaker(cluster, options);
  const guests = Array.from({ length: options.guests }, (_, i) => maker.make(i));
  guests.forEach((guest, i) => addSurroundings(sim, guest, i));
  forbidAgents(sim, guests);
  addBackupJobs(cluster, guests);
  cluster.options.tagStyle = { 'color-map': 'prod:b02020:ffffff;test:207020', shape: 'full' };
  sim.access.changed();
  sim.broadcast.now();
  return { sim, tokens };
}

/** Pool, high availability, replication and backups of a guest. */
function addSurroundings(sim: Simulation, guest: Guest, index: number): void {
  const { cluster } = sim;
  const pool = [MANAGED_POOL, undefined, 'customers', undefined, 'lab'][index % 5];
  if (pool !== undefined) cluster.pools.get(pool)?.guests.add(guest.vmid);
  const others = [...cluster.nodes.keys()].filter(name => name !== guest.node);
  const isTemplate = guest.config['template'] === 1;
  if (cluster.name !== null && index % 10 === 6 && !isTemplate) {
    const sid = haSid(guest);
    cluster.haResources.set(sid, {
      sid,
      type: guest.kind === 'qemu' ? 'vm' : 'ct',
      state: guest.power === 'stopped' ? 'stopped' : 'started',
    });
  }
  const target = others[index % Math.max(1, others.length)];
  if (target !== undefined && Object.values(guest.config).some(value => String(value).startsWith('tank:'))) {
    cluster.replication.push({
      id: `${guest.vmid}-0`,
      guest: guest.vmid,
      jobnum: 0,
      type: 'local',
      source: guest.node,
      target,
      schedule: '*/15',
    });
  }
  if (index % 3 === 1) addBackups(cluster, guest, index);
}

function addBackups(cluster: Cluster, guest: Guest, index: number): void {
  const storage = cluster.storages.get('backup-nfs') ?? cluster.storages.get('local');
  if (storage?.content.includes('backup') !== true) return;
  for (let age = 1; age <= 1 + (index % 3); age++) {
    const ctime = WORLD_EPOCH + 10 * 86_400 - age * 86_400 + (index % 600);
    const stamp = new Date(ctime * 1000).toISOString().slice(0, 19);
    const [date = '', time = ''] = stamp.split('T');
    const format = guest.kind === 'qemu' ? 'vma.zst' : 'tar.zst';
    const file = `vzdump-${guest.kind}-${guest.vmid}-${date.replaceAll('-', '_')}-${time.replaceAll(':', '_')}.${format}`;
    cluster.addVolume(
      {
        volid: `${storage.name}:backup/${file}`,
        storage: storage.name,
        node: guest.node,
        content: 'backup',
        format,
        size: 1_000_000_000 + guest.vmid * 1000,
        ctime,
        vmid: guest.vmid,
        notes: guest.hostName,
        ...(index % 7 === 1 ? { protected: true } : {}),
      },
      guest.node,
    );
  }
}

/** On a few guests the reader may look at everything but the agent. */
function forbidAgents(sim: Simulation, guests: readonly Guest[]): void {
  const withAgent = guests.filter(guest => guest.kind === 'qemu' && guest.power === 'running' && agentEnabled(guest));
  const chosen = withAgent.filter((_, i) => i % 20 === 10);
  sim.access.addAcl(chosen.map(guest => ({ path: `/vms/${guest.vmid}`, subject: READER, role: NO_AGENT_ROLE, propagate: 1 })));
}

function addBackupJobs(cluster: Cluster, guests: readonly Guest[]): void {
  const storage = cluster.storages.has('backup-nfs') ? 'backup-nfs' : 'local';
  const some = guests.filter((_, i) => i % 4 === 2).map(guest => guest.vmid);
  if (some.length === 0) return;
  const usual = { type: 'vzdump', storage, mode: 'snapshot', enabled: 1, compress: 'zstd' };
  cluster.backupJobs.push(
    { ...usual, id: 'backup-nightly', schedule: '02:30', vmid: some.join(','), 'notes-template': '{{guestname}}' },
    { ...usual, id: 'backup-managed', schedule: 'sat 04:00', pool: MANAGED_POOL, 'prune-backups': { 'keep-last': '3' } },
  );
}
