import type { Cluster } from './cluster';
import { isCdrom, volumeKeys, volumeOf } from './drives';
import { parseConfigString, parseSize } from './figures';
import { groundTruth, type TrueWorld } from './ground-truth';
import { newGuest } from './new-guest';
import { Random } from './random';
import type { Simulation } from './simulation';
import type { AgentState, Config, Guest, GuestInterface, GuestKind, NodeReach, Options, Storage, Volume } from './state';
import type { PlannedExit } from './tasks';
import { addUser, type UserSpec } from './world/identities';

/** A guest to be made at once, without a task. What is not given is as Proxmox would choose it. */
export interface NewGuest {
  vmid: number;
  kind: GuestKind;
  node?: string;
  /** As `GET config` shows it. QEMU gets a uuid, a vmgenid and a ctime if it brings none. */
  config?: Config;
  power?: Guest['power'];
  pool?: string;
  agent?: AgentState;
  hostName?: string;
  interfaces?: GuestInterface[];
}

/** What can be changed about a guest behind the API's back. */
export interface GuestChange {
  config?: Config;
  /** Keys to take out of the configuration. */
  remove?: string[];
  node?: string;
  power?: Guest['power'];
  agent?: AgentState;
  interfaces?: GuestInterface[];
  /** False: shutdowns and unplugging run into their time-outs. */
  releasesDevices?: boolean;
  /** Milliseconds for which somebody holds the lock on the configuration file. */
  holdLock?: number;
  /** Null: in no pool. */
  pool?: string | null;
}

export interface NodeChange {
  /** `online`, `lost` (noticed after a while) or `offline` (noticed at once). */
  state?: 'online' | 'lost' | 'offline';
  reach?: NodeReach;
  daemon?: 'ok' | 'down' | 'hangs';
}

/** Changes the world as its other administrators, its hardware and fate would. Nothing here asks for rights. */
export class WorldControl {
  private readonly random: Random;

  constructor(
    readonly sim: Simulation,
    seed: string,
  ) {
    this.random = new Random(`${seed}/control`);
  }

  truth(): TrueWorld {
    this.sim.settle();
    return groundTruth(this.sim.cluster);
  }

  /** @throws Error when there is no such guest */
  guest(vmid: number): Guest {
    const guest = this.sim.cluster.guests.get(vmid);
    if (guest === undefined) throw new Error(`the simulated world has no guest ${vmid}`);
    return guest;
  }

  createGuest(spec: NewGuest): Guest {
    const { cluster, clock, access } = this.sim;
    if (cluster.guests.has(spec.vmid)) throw new Error(`the simulated world already has a guest ${spec.vmid}`);
    const config = { ...(spec.kind === 'qemu' ? this.evidence() : {}), ...spec.config };
    const guest = newGuest(spec.vmid, spec.kind, spec.node ?? cluster.entryNode, config);
    guest.power = spec.power ?? 'stopped';
    guest.startedAt = clock.seconds();
    guest.agent = spec.agent ?? 'present';
    guest.hostName = spec.hostName ?? String(config['name'] ?? config['hostname'] ?? guest.hostName);
    guest.interfaces = spec.interfaces ?? [];
    cluster.guests.set(spec.vmid, guest);
    addVolumesOf(cluster, guest, clock.seconds());
    if (spec.pool !== undefined) this.changeGuest(spec.vmid, { pool: spec.pool });
    access.changed();
    return guest;
  }

  changeGuest(vmid: number, change: GuestChange): Guest {
    const guest = this.guest(vmid);
    const { cluster, access, clock } = this.sim;
    Object.assign(guest.config, change.config);
    for (const key of change.remove ?? []) delete guest.config[key];
    if (change.node !== undefined) guest.node = change.node;
    if (change.power !== undefined && change.power !== guest.power) {
      if (guest.power === 'stopped') guest.startedAt = clock.seconds();
      guest.power = change.power;
    }
    if (change.agent !== undefined) guest.agent = change.agent;
    if (change.interfaces !== undefined) guest.interfaces = change.interfaces;
    if (change.releasesDevices !== undefined) guest.releasesDevices = change.releasesDevices;
    if (change.holdLock !== undefined) guest.flock = clock.now() + change.holdLock;
    if (change.pool !== undefined) {
      for (const pool of cluster.pools.values()) pool.guests.delete(vmid);
      if (change.pool !== null) {
        const pool = cluster.pools.get(change.pool) ?? { comment: '', guests: new Set<number>(), storages: new Set<string>() };
        cluster.pools.set(change.pool, pool);
        pool.guests.add(vmid);
      }
      access.changed();
    }
    cluster.touched(guest);
    return guest;
  }

  rename(vmid: number, name: string): void {
    const key = this.guest(vmid).kind === 'qemu' ? 'name' : 'hostname';
    this.changeGuest(vmid, { config: { [key]: name } });
  }

  /** Gone at once, with its volumes, pool membership, rights and HA resource. */
  destroyGuest(vmid: number): void {
    const { cluster, access } = this.sim;
    const guest = this.guest(vmid);
    cluster.guests.delete(vmid);
    for (const [key, volume] of cluster.volumes)
      if (volume.vmid === vmid && volume.content !== 'backup') cluster.volumes.delete(key);
    for (const pool of cluster.pools.values()) pool.guests.delete(vmid);
    cluster.haResources.delete(`${guest.kind === 'qemu' ? 'vm' : 'ct'}:${vmid}`);
    access.removeAclOf(`/vms/${vmid}`);
    access.changed();
  }

  /** Another guest under an id that was in use: `/cluster/resources` shows its predecessor's name until the next broadcast. */
  recreateGuest(spec: NewGuest): Guest {
    this.destroyGuest(spec.vmid);
    return this.createGuest(spec);
  }

  /** A copy that carries the same evidence (uuid, vmgenid, ctime, MAC addresses), as a restored backup does. */
  copyWithEvidence(vmid: number, newId: number, change: GuestChange = {}): Guest {
    const { kind, node, config, agent, hostName, interfaces } = this.guest(vmid);
    this.createGuest({ vmid: newId, kind, node, config: { ...config }, agent, hostName, interfaces });
    return this.changeGuest(newId, change);
  }

  changeNode(name: string, change: NodeChange): void {
    const node = this.sim.cluster.nodes.get(name);
    if (node === undefined) throw new Error(`the simulated world has no node ${name}`);
    if (change.reach !== undefined) node.reach = change.reach;
    if (change.daemon !== undefined) node.daemon = change.daemon;
    if (change.state === 'online') {
      node.returning = node.lostAt !== undefined;
      delete node.lostAt;
    } else if (change.state !== undefined) {
      const noticed = change.state === 'offline' ? this.sim.timing.noticeLostAfter + 1 : 0;
      node.lostAt = this.sim.clock.now() - noticed;
    }
  }

  setQuorum(quorate: boolean): void {
    this.sim.cluster.quorate = quorate;
  }

  setOptions(options: Partial<Options>): void {
    Object.assign(this.sim.cluster.options, options);
  }

  addVolume(volume: Volume): void {
    this.sim.cluster.addVolume(volume, volume.node ?? this.sim.cluster.entryNode);
  }

  addStorage(storage: Storage): void {
    this.sim.cluster.storages.set(storage.name, storage);
  }

  addUser(user: UserSpec): void {
    addUser(this.sim.access, user, this.random);
  }

  /** @param tokenId `user@realm!token` */
  revokeToken(tokenId: string): void {
    const [user = '', token = ''] = tokenId.split('!');
    this.sim.access.users.get(user)?.tokens.delete(token);
    this.sim.access.changed();
  }

  grant(path: string, subject: string, role: string): void {
    this.sim.access.setAcl({ path, subject, role, propagate: 1 });
  }

  revoke(path: string, subject: string, role: string): void {
    this.sim.access.setAcl({ path, subject, role, propagate: 1 }, true);
  }

  /** Takes a privilege out of a role; the built-in roles can be cut, too. */
  removePrivilege(role: string, privilege: string): void {
    this.sim.access.roles.get(role)?.delete(privilege);
    this.sim.access.changed();
  }

  /** Lets every node that is alive broadcast its statistics. */
  tick(): void {
    this.sim.broadcast.now();
  }

  /** Skips time: tasks end, tickets and tokens expire, statistics grow old. */
  advance(milliseconds: number): void {
    this.sim.clock.advance(milliseconds);
    this.sim.settle();
  }

  planTask(plan: PlannedExit): void {
    this.sim.tasks.planned.push(plan);
  }

  private evidence(): Config {
    const ctime = this.sim.clock.seconds();
    return { smbios1: `uuid=${this.random.uuid()}`, vmgenid: this.random.uuid(), meta: `creation-qemu=10.0.13,ctime=${ctime}` };
  }
}

/** Puts the volumes that a configuration names onto their storages. */
function addVolumesOf(cluster: Cluster, guest: Guest, ctime: number): void {
  for (const key of volumeKeys(guest)) {
    const parsed = parseConfigString(guest, key, String(guest.config[key]));
    const volid = volumeOf(parsed);
    const storage = cluster.storages.get(volid.split(':')[0] ?? '');
    if (
      storage === undefined ||
      cluster.volume(volid, guest.node) !== undefined ||
      (isCdrom(parsed) && !volid.includes('cloudinit'))
    )
      continue;
    const linkedTo = /^[^:]+:(.*base-[^/]+)\/.*vm-/.exec(volid)?.[1];
    cluster.addVolume(
      {
        volid,
        storage: storage.name,
        node: guest.node,
        content: guest.kind === 'qemu' ? 'images' : 'rootdir',
        format: /\.(raw|qcow2|subvol)$/.exec(volid)?.[1] ?? 'raw',
        size: parseSize(parsed.get('size') ?? (volid.includes('cloudinit') ? '4M' : undefined)),
        ctime,
        vmid: guest.vmid,
        ...(linkedTo === undefined ? {} : { parent: linkedTo }),
      },
      guest.node,
    );
  }
}
