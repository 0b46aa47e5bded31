import { checkAllocation, joinPool } from '../allocation-rights';
import { nodeOf, vmidOf, type Call, type Routes } from '../call';
import { checkKeys, type Writer } from '../config-rights';
import { areSshKeys, storedValue } from '../config-values';
import { defaultBoot, realiseDrive, realiseMount, volumeIn, volumeKeys } from '../drives';
import { ApiError, die } from '../errors';
import { DISK_KEY, MOUNT_KEY } from '../figures';
import { demandQuorum } from '../guest-lock';
import { configKeys } from '../method-schema';
import { label, newGuest } from '../new-guest';
import type { Guest, GuestKind } from '../state';
import { checkTagChange } from '../tags';
import { freeVolume } from '../volumes';

const QEMU_VERSION = '10.0.13';
/** Parameters of a create that are stored nowhere, or elsewhere. */
const NOT_CONFIG = new Set(
  'vmid node pool start unique force archive storage bwlimit live-restore ha-managed ostemplate password restore'.split(' '),
);

function configValues(call: Call, kind: GuestKind): Map<string, string> {
  const known = configKeys(kind);
  const entries = call.params
    .entries()
    .flatMap(([key, value]) => (value === null || NOT_CONFIG.has(key) || !known.has(key) ? [] : [[key, value] as const]));
  return new Map(entries);
}

/** @throws ApiError 500 */
function demandFreeId(call: Call, kind: GuestKind, vmid: number): void {
  const taken = call.sim.cluster.guests.get(vmid);
  if (taken === undefined) return;
  const text = `${label(taken.kind)} ${vmid} already exists on node '${taken.node}'`;
  die(kind === 'qemu' ? `unable to create VM ${vmid} - ${text}` : text);
}

function create(kind: GuestKind) {
  return (call: Call): string => {
    const { sim, params, identity } = call;
    const vmid = vmidOf(call);
    const pool = params.text('pool');
    const values = configValues(call, kind);
    const sshkeys = values.get('sshkeys');
    if (sshkeys !== undefined && !areSshKeys(sshkeys)) die('SSH public key validation error');
    checkAllocation(call, vmid, pool);
    if (params.has('ha-managed')) sim.access.check(identity, '/', 'Sys.Console');
    checkRights(call, kind, values, pool);
    demandQuorum(sim);
    demandFreeId(call, kind, vmid);
    const guest = newGuest(vmid, kind, nodeOf(call), { lock: 'create' });
    sim.cluster.guests.set(vmid, guest);
    const undo = (): void => removeFailed(call, guest);
    return sim.tasks.start({
      node: guest.node,
      type: kind === 'qemu' ? 'qmcreate' : 'vzcreate',
      id: vmid,
      identity,
      undo,
      work: log => {
        try {
          build(call, guest, values);
        } catch (error) {
          undo();
          if (!(error instanceof ApiError)) throw error;
          const text = error.status === 403 ? `403 ${error.message}` : error.message;
          die(`unable to create ${label(kind)} ${vmid} - ${text}`);
        }
        joinPool(call, vmid, pool);
        if (params.flag('start')) {
          log('Execute autostart');
          guest.power = 'running';
          guest.startedAt = sim.clock.seconds();
        }
      },
    });
  };
}

function checkRights(call: Call, kind: GuestKind, values: Map<string, string>, pool: string | undefined): void {
  const { sim, params, identity } = call;
  const vmid = vmidOf(call);
  const writer: Writer = { sim, identity, vmid, pool };
  const withoutTags = new Map([...values].filter(([key]) => key !== 'tags' && !(kind === 'lxc' && key === 'unprivileged')));
  checkKeys(writer, kind, withoutTags, []);
  if (kind === 'qemu') return;
  if (params.text('unprivileged') === '0') sim.access.check(identity, '/', 'Sys.Modify');
  // Containers check tags at once, QEMU only in the task (Proxmox VE 9.2, measured).
  const tags = values.get('tags');
  if (tags !== undefined) checkTagChange(sim.cluster, sim.access, identity, vmid, '', tags);
}

/** Fills in the configuration of the new guest; the lock goes with the last key. */
function build(call: Call, guest: Guest, values: Map<string, string>): void {
  if (guest.kind === 'qemu') buildQemu(call, guest, values);
  else buildLxc(call, guest, values);
  delete guest.config['lock'];
  call.sim.cluster.touched(guest);
}

function buildQemu(call: Call, guest: Guest, values: Map<string, string>): void {
  const { sim, identity } = call;
  const tags = values.get('tags');
  for (const [key, text] of values) {
    if (key === 'tags' || key === 'boot') continue;
    const value = DISK_KEY.test(key) ? realiseDrive(sim, guest, key, text) : storedValue(sim, 'qemu', key, text);
    if (value !== undefined) guest.config[key] = value;
  }
  guest.config['boot'] = values.get('boot') ?? defaultBoot(guest);
  guest.config['smbios1'] ??= `uuid=${sim.fresh.uuid()}`;
  if (guest.config['vmgenid'] === undefined || guest.config['vmgenid'] === '1') guest.config['vmgenid'] = sim.fresh.uuid();
  guest.config['meta'] = `creation-qemu=${QEMU_VERSION},ctime=${sim.clock.seconds()}`;
  if (tags === undefined) return;
  checkTagChange(sim.cluster, sim.access, identity, guest.vmid, '', tags);
  guest.config['tags'] = storedValue(sim, 'qemu', 'tags', tags) ?? ' ';
}

function buildLxc(call: Call, guest: Guest, values: Map<string, string>): void {
  const { sim, params } = call;
  const template = params.required('ostemplate');
  if (sim.cluster.volume(template, guest.node) === undefined) die(`volume '${template}' does not exist`);
  const wanted = new Map(values);
  if (!wanted.has('rootfs')) wanted.set('rootfs', `${params.text('storage') ?? 'local'}:4`);
  Object.assign(guest.config, {
    arch: 'amd64',
    hostname: `CT${guest.vmid}`,
    memory: 512,
    swap: 512,
    ostype: /(debian|ubuntu|alpine|fedora|centos|archlinux|opensuse|gentoo|devuan|nixos)/.exec(template)?.[1] ?? 'unmanaged',
    unprivileged: 1,
  });
  for (const [key, text] of wanted) {
    const value = MOUNT_KEY.test(key) ? realiseMount(sim, guest, key, text) : storedValue(sim, 'lxc', key, text);
    if (value !== undefined) guest.config[key] = value;
  }
}

function removeFailed(call: Call, guest: Guest): void {
  const { cluster } = call.sim;
  for (const key of volumeKeys(guest)) {
    const volid = volumeIn(guest, key);
    if (volid !== undefined && cluster.volume(volid, guest.node)?.vmid === guest.vmid) freeVolume(cluster, volid, guest.node);
  }
  cluster.guests.delete(guest.vmid);
}

export const createRoutes: Routes = {
  'POST /nodes/{node}/qemu': { handle: create('qemu') },
  'POST /nodes/{node}/lxc': { handle: create('lxc') },
};
