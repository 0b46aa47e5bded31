import type { WorldControl } from '../../../../simulators/proxmox/world-control';
import { recordedConfig, type RecordedCase } from './recorded-case';
import { addLaterGuest } from './recorded-world';

export type StateChange = (world: WorldControl, vmid: number, recorded: RecordedCase) => unknown;

const POOLED = [130, 140, 142, 160, 181, 183];
const addPooled: StateChange = world => {
  for (const vmid of POOLED) if (!world.sim.cluster.guests.has(vmid)) addLaterGuest(world, vmid);
};
const running: StateChange = (world, vmid) => world.changeGuest(vmid, { power: 'running' });
const managed = (world: WorldControl): Set<number> => {
  const pool = world.sim.cluster.pools.get('managed');
  if (pool === undefined) throw new Error('the recorded world has a pool');
  return pool.guests;
};
const inPool =
  (...vmids: number[]): StateChange =>
  world => {
    for (const vmid of vmids) managed(world).add(vmid);
    world.sim.access.changed();
  };
const haManaged =
  (vmid: number, state: string): StateChange =>
  world => {
    if (!world.sim.cluster.guests.has(vmid)) addLaterGuest(world, vmid);
    world.sim.cluster.haResources.set(`vm:${vmid}`, { sid: `vm:${vmid}`, type: 'vm', state });
  };
const notYetTemplate: StateChange = (world, vmid) => {
  const { config } = world.guest(vmid);
  const own = Object.entries(config).map(([key, value]) => [key, String(value).replace('/base-', '/vm-')] as const);
  const disks = own.filter(([key]) => key === 'scsi0' || key === 'rootfs');
  world.destroyGuest(vmid);
  const kind = config['rootfs'] === undefined ? 'qemu' : 'lxc';
  const { template: _template, ...rest } = config;
  world.createGuest({ vmid, kind, config: { ...rest, ...Object.fromEntries(disks) } });
};
const withSecondCard: StateChange = (world, vmid) =>
  world.changeGuest(vmid, { config: { net1: 'virtio=BC:24:11:97:72:F6,bridge=vmbr0' } });
const withSnapshot: StateChange = (world, vmid) => {
  const { description, snaptime, ...config } = recordedConfig('qemu-config-of-snapshot');
  world.guest(vmid).snapshots.push({ name: 'before', description: String(description), snaptime: Number(snaptime), config });
  world.changeGuest(vmid, { config: { parent: 'before' } });
};
const diskOf =
  (size: string): StateChange =>
  (world, vmid) => {
    const key = world.guest(vmid).kind === 'lxc' ? 'rootfs' : 'scsi0';
    const value = String(world.guest(vmid).config[key]).replace(/size=[^,]+/, `size=${size}`);
    world.changeGuest(vmid, { config: { [key]: value } });
  };
const remoteNode =
  (change: Parameters<WorldControl['changeNode']>[1]): StateChange =>
  world =>
    world.changeNode('pveb', change);
const registered: StateChange = world => world.setOptions({ registeredTags: ['nb-managed', 'prod'] });

/** States that only the name of a recording tells, tried in order; several may apply. */
export const NAMED_STATES: [RegExp, StateChange][] = [
  [/^auth-disabled-user$/, world => world.addUser({ userid: 'nobody@pve', enable: false })],
  [
    /^auth-expired-token$/,
    world => world.addUser({ userid: 'nobody@pve', tokens: [{ id: 'none', secret: secretOf(world), expire: 1 }] }),
  ],
  [
    /^token-(?:create-again|get|delete)$/,
    world => world.addUser({ userid: 'nobody@pve', tokens: [{ id: 'tmp1', privsep: true }] }),
  ],
  [/^token-get$/, world => withComment(world)],
  [/^role-create$/, world => world.sim.access.roles.delete('NBWriter')],
  [/^privsep-/, world => world.grant('/vms/100', 'auditor@pve!sep', 'PVEVMAdmin')],
  [/^privsep-/, world => world.grant('/vms/100', 'auditor@pve', 'PVEAuditor')],
  [/^perm-netonly-net0-with-sdn$/, world => world.grant('/sdn/zones/localnetwork/vmbr0', 'net@pve', 'PVESDNUser')],
  [/^writer-clone/, world => world.grant('/vms/180', 'writer@pve', 'PVETemplateUser')],
  [/^qemu-create-as-writer-tags-with-vms-acl$/, world => world.grant('/vms/184', 'writer@pve', 'NBWriter')],
  [/^permissions-(?:writer|other-user)$/, addPooled],

  [/^pool-create$/, world => world.sim.cluster.pools.delete('managed')],
  [/^pool-delete-nonempty$/, world => addLaterGuest(world, 130)],
  [/^pool-put-(?:adopt-twice|remove)$/, inPool(100)],
  [/^pool-put-remove-missing-vm$/, inPool(987)],
  [/^writer-(?:create-reserved-id-tags$|permissions-on-reserved)/, inPool(191)],
  [/^writer-create-reserved-id-with-pool-param$/, inPool(192)],
  [/^writer-delete-reserved$/, world => world.createGuest({ vmid: 192, kind: 'qemu', pool: 'managed' })],

  [/^(?:ha-add|ha-add-twice)$/, world => addLaterGuest(world, 150)],
  [
    /^(?:ha-add-twice|ha-resource-get|ha-status-with-resource|ha-resources-one|qemu-delete-ha-no-purge|qemu-delete-purge)$/,
    haManagedOf150,
  ],
  [/^cluster2-ha-(?:start|stop|migrate|resource|status-resource|del)/, haManaged(101, 'started')],

  [/^(?:tags-.*-as-writer|options-with-registered|options-allowed-tags-list-root)/, registered],
  [/^tags-after-style-cleared$/, world => addLaterGuest(world, 181)],
  [/^tags-/, world => world.changeGuest(181, { config: { tags: 'nb-managed;web' } })],
  [/^tags-set-(?:registered|free)-as-writer$/, world => world.changeGuest(181, { config: { tags: 'web' } })],
  [/^tags-keep-/, registered],
  [
    /^(?:tags-not-in-list|options-allowed-tags-list)/,
    world => world.setOptions({ userTagAccess: { allow: 'list', list: ['web', 'db'] } }),
  ],
  [/^tags-none-as-writer$/, world => world.setOptions({ userTagAccess: { allow: 'none', list: [] } })],
  [/^tags-(?:none|not-in-list)-as-writer$/, world => world.changeGuest(181, { config: { tags: 'nb-managed;web2' } })],
  [
    /^options-get-tag-style$/,
    world => world.setOptions({ tagStyle: { 'case-sensitive': 1, ordering: 'config', shape: 'full' } }),
  ],
  [/^options-put-next-id-lower-1-readback$/, world => world.setOptions({ nextId: { lower: 1 } })],

  [/^qemu-agent-(?!stopped|index|unknown)/, running],
  [/^qemu-agent-.*no-agent$/, (world, vmid) => world.changeGuest(vmid, { agent: 'none' })],
  [
    /^qemu-(?:put-running|hotplug|reset$|suspend$|shutdown-(?:forcestop|long|with-agent)|stop-running|stop$|status-running|pending-running)/,
    running,
  ],
  [/^qemu-resume$/, (world, vmid) => world.changeGuest(vmid, { power: 'paused' })],
  [/^qemu-status-suspended$/, (world, vmid) => world.changeGuest(vmid, { power: 'paused' })],
  [/^qemu-status-(?:suspended|after-shutdown-timeout)$/, withSecondCard],
  [
    /^qemu-put-running-delete-net$/,
    (world, vmid) => world.changeGuest(vmid, { config: { net1: 'virtio=BC:24:11:97:72:F6,bridge=vmbr0' } }),
  ],
  [/^qemu-put-running-partial-400$/, (world, vmid) => world.changeGuest(vmid, { remove: ['net2'] })],
  [/^qemu-config-current-after-partial-400$/, (world, vmid) => movePending(world, vmid, 'net2')],
  [/^qemu-list-(?:running|full-running|locked)$/, world => addLaterGuest(world, 130)],
  [/^qemu-list-(?:running|full-running)$/, world => addLaterGuest(world, 170)],
  [/^qemu-list-locked$/, world => addLaterGuest(world, 140)],
  [
    /^qemu-list-(?:running|full-running)$/,
    world => (addLaterGuest(world, 187), void world.changeGuest(187, { power: 'running' })),
  ],
  [/^qemu-status-after-shutdown-timeout$/, running],
  [/^(?:qemu|lxc)-(?:config|status)-locked$/, (world, vmid) => world.changeGuest(vmid, { config: { lock: 'backup' } })],
  [/^qemu-config-with-snapshot$/, withSnapshot],
  [
    /^qemu-pending-(?:after-(?:disk-hotplug|failed-hotplug|partial-400)|running)$/,
    (world, vmid) => Object.assign(world.guest(vmid).pending, { net2: 'virtio=BC:24:11:60:5A:EC,bridge=vmbr77' }),
  ],
  [/^qemu-pending-end$/, (world, vmid) => world.guest(vmid).pendingDelete.set('name', 1)],
  [/^lxc-pending-running$/, (world, vmid) => (world.guest(vmid).pending['features'] = 'nesting=1')],
  [/^lxc-template-config-at-once$/, notYetTemplate],
  [/^storage-content-as-writer-all$/, world => addLaterGuest(world, 130)],
  [
    /^(?:cluster-resources-(?:after-delete|as-writer|fresh-guest|ha|locked|nameless|paused|running|template)|qemu-resources-running|resources-just|resources-new-guest-row)/,
    addPooled,
  ],
  [
    /^(?:cluster-resources-(?:locked|running)|qemu-list-locked)$/,
    world => world.changeGuest(140, { config: { lock: 'backup' } }),
  ],
  [/^cluster-resources-ha$/, haManagedOf150],
  [/^resources-new-guest-row$/, world => world.changeGuest(140, { config: { tags: 'b' } })],
  [/^lxc-config-after-delete-as-writer$/, world => world.destroyGuest(202)],
  [/^gzip-asked$/, forgetRights],
  [/^lxc-(?:interfaces-stopped|config-stopped|status-stopped)$/, (world, vmid) => world.changeGuest(vmid, { power: 'stopped' })],
  [
    /^lxc-config-running$/,
    (world, vmid) => Object.assign(world.guest(vmid).pending, { nameserver: '10.0.0.3', features: 'nesting=1' }),
  ],
  [
    /^lxc-config-after-broken-net/,
    (world, vmid) => world.changeGuest(vmid, { config: { net5: 'name=eth5,hwaddr=BC:24:11:F5:E3:17,type=veth' } }),
  ],
  [/^qemu-config-after-500$/, (world, vmid, recorded) => world.changeGuest(vmid, { config: recordedConfig(recorded.case) })],
  [
    /^qemu-config-after-failed-destroy$/,
    (world, vmid, recorded) => world.changeGuest(vmid, { config: recordedConfig(recorded.case) }),
  ],
  [/^qemu-delete-121$/, world => world.createGuest({ vmid: 121, kind: 'qemu' })],

  [/^qemu-(?:clone-linked-nontemplate|template-protected)$/, notYetTemplate],
  [/^lxc-template$/, notYetTemplate],
  [/^lxc-clone-template-linked$/, baseVolumeOf211],
  [
    /^qemu-(?:config-of-snapshot|delsnap$|snapshot-config-put|snapshot-duplicate|snapshot-list|template-with-snapshot)/,
    withSnapshot,
  ],
  [/^qemu-resize-/, diskOf('2G')],
  [/^qemu-resize-template$/, diskOf('256M')],
  [/^lxc-resize-(?:equal|shrink)$/, diskOf('256M')],
  [/^qemu-delete-template-with-linked-clone$/, world => addLaterGuest(world, 181)],
  [/^qemu-move-disk-keep$/, (world, vmid) => movedToOther(world, vmid)],
  [
    /^qemu-delete-unused$/,
    (world, vmid) => world.changeGuest(vmid, { config: { unused0: `local:${vmid}/vm-${vmid}-disk-9.raw` } }),
  ],
  [
    /^qemu-put-reattach-unused$|^qemu-detach-reattach$/,
    (world, vmid) =>
      void world.changeGuest(vmid, { config: { unused0: `local:${vmid}/vm-${vmid}-disk-0.qcow2` }, remove: ['scsi0'] }),
  ],
  [/^vzdump-lxc$/, world => addLaterGuest(world, 201)],

  [/^cluster2-(?:create-(?:local|remote)|cluster-resources)$/, world => [100, 101].forEach(vmid => world.destroyGuest(vmid))],
  [/^cluster2-(?:moved-|put-old-node)/, world => world.changeGuest(100, { node: 'pvea' })],
  [/^cluster2-(?:auditor-remote|moved-new-node)$/, world => world.changeGuest(100, { config: { cores: 1 } })],
  [
    /^cluster2-(?:after-return-config|remote-daemon-hangs-unprotected-get)$/,
    world => world.changeGuest(100, { remove: ['scsi0'] }),
  ],
  [/^cluster2-after-return-config$/, world => world.changeGuest(100, { config: { description: 'hung' } })],
  [/^local-daemon-down-get$/, world => world.changeGuest(101, { config: { description: 'hung' } })],
  [/^cluster2-node-lost-/, remoteNode({ state: 'offline' })],
  [/after-300s/, world => world.advance(301_000)],
  [/after-300s/, world => world.tick()],
  [/^cluster2-remote-proxy-down/, remoteNode({ reach: 'refused' })],
  [/^cluster2-remote-proxy-hangs/, remoteNode({ reach: 'hangs' })],
  [/^cluster2-remote-daemon-hangs/, remoteNode({ daemon: 'hangs' })],
  [/^local-daemon-down/, world => world.changeNode('pvea', { daemon: 'down' })],
  [/^local-daemon-hangs/, world => world.changeNode('pvea', { daemon: 'hangs' })],
  [/^noquorum-/, withoutQuorum],
];

function secretOf(world: WorldControl): string {
  return world.sim.access.users.get('nobody@pve')?.tokens.get('none')?.secret ?? '';
}

function withComment(world: WorldControl): void {
  const token = world.sim.access.users.get('nobody@pve')?.tokens.get('tmp1');
  if (token !== undefined) token.comment = 'c';
}

function haManagedOf150(world: WorldControl, vmid: number, recorded: RecordedCase): void {
  haManaged(150, 'started')(world, vmid, recorded);
}

/** Before the pool and its rights were made. */
function forgetRights(world: WorldControl): void {
  world.sim.cluster.pools.clear();
  for (const entry of world.sim.access.acl) world.revoke(entry.path, entry.subject, entry.role);
}

function movePending(world: WorldControl, vmid: number, key: string): void {
  const guest = world.guest(vmid);
  const value = guest.config[key];
  if (value !== undefined) guest.pending[key] = value;
  world.changeGuest(vmid, { power: 'running', remove: [key] });
}

function baseVolumeOf211(world: WorldControl): void {
  const rootfs = 'local:211/base-211-disk-0.raw,size=320M';
  world.recreateGuest({ vmid: 211, kind: 'lxc', config: { ...recordedConfig('lxc-clone-config'), rootfs, template: 1 } });
}

function movedToOther(world: WorldControl, vmid: number): void {
  const { config } = world.guest(vmid);
  world.recreateGuest({ vmid, kind: 'qemu', config: { ...config, scsi0: `other:${vmid}/vm-${vmid}-disk-0.qcow2,size=256M` } });
}

function withoutQuorum(world: WorldControl, _vmid: number, recorded: RecordedCase): void {
  world.setQuorum(false);
  world.changeNode('pvea', { state: 'offline' });
  world.changeGuest(100, { power: 'running', remove: ['scsi0'], config: { boot: ' ' } });
  if (recorded.case === 'noquorum-config-get') world.changeGuest(100, { config: { description: 'hung' } });
}
