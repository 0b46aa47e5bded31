import { startProxmoxSimulator, type ProxmoxSimulator } from '../../../../simulators/proxmox/simulator';
import type { Storage } from '../../../../simulators/proxmox/state';
import type { WorldControl } from '../../../../simulators/proxmox/world-control';
import { recordedConfig } from './recorded-case';

const SIZE = 270_553_174_016;
const USED = 19_685_265_408;
const TEMPLATE = 'tiny-alpine_3.20_amd64.tar.gz';

const directory = (name: string, path: string, content: string): Storage => ({
  name,
  type: 'dir',
  path,
  content: content.split(','),
  shared: false,
  total: SIZE,
  used: USED,
});

/** The machine that was recorded: one host, two directories, a writer fenced into a pool, a token for networks only. */
export async function startRecordedWorld(cluster: { name: string; nodes: string[] } | null): Promise<ProxmoxSimulator> {
  return startProxmoxSimulator({
    tls: false,
    world: {
      guests: 0,
      clusterName: cluster?.name ?? null,
      standaloneNode: 'pve1',
      ...(cluster === null ? {} : { nodeNames: cluster.nodes }),
      storages: [
        directory('local', '/var/lib/vz', 'iso,import,rootdir,snippets,backup,images,vztmpl'),
        ...(cluster === null ? [directory('other', '/srv/other', 'rootdir,images')] : []),
      ],
    },
    users: [
      {
        userid: 'net@pve',
        tokens: [{ id: 'tk', secret: 'f0000000-0000-4000-a000-000000000001' }],
      },
      { userid: 'auditor@pve', password: 'PASSWORD' },
    ],
    timing: { task: 0, every: 'manual', agentDead: 1, authFailure: 1, flock: 10, unreachable: 1, hang: 1, shutdown: 5 },
  });
}

/** Puts a fresh simulator into the state that most recordings started from. */
export function arrangeUsualState(world: WorldControl): void {
  const { sim } = world;
  sim.access.roles.set('NetOnly', new Set(['VM.Audit', 'VM.Config.Network']));
  sim.access.changed();
  world.revoke('/storage/other', 'writer@pve', 'PVEDatastoreUser');
  sim.cluster.pools.clear();
  if (sim.cluster.name === null)
    sim.cluster.pools.set('managed', { comment: 'managed guests', guests: new Set(), storages: new Set() });
  sim.cluster.options.tagStyle = {};
  for (const key of sim.cluster.volumes.keys()) sim.cluster.volumes.delete(key);
  for (const node of sim.cluster.nodes.values()) {
    node.bridges = ['vmbr0', 'vmbr1'];
    node.cpus = 2;
    node.network = node.network.filter(item => item['iface'] === 'eno1' || item['iface'] === 'vmbr0').map(withoutExtras);
    world.addVolume({
      volid: `local:vztmpl/${TEMPLATE}`,
      storage: 'local',
      node: node.name,
      content: 'vztmpl',
      format: 'tgz',
      size: 1_072_446,
      ctime: 1_795_364_198,
    });
  }
  if (sim.cluster.name === null) addStandaloneGuests(world);
  else addClusterGuests(world);
  sim.access.changed();
  world.tick();
}

function withoutExtras(item: Record<string, unknown>): Record<string, unknown> {
  const { exists: _exists, ...rest } = item;
  return rest;
}

/** Guests that later recordings made; a case takes in those that it needs. */
export const LATER_GUESTS: Record<
  number,
  { kind: 'qemu' | 'lxc'; config: string | Record<string, string | number>; pool?: string }
> = {
  120: { kind: 'qemu', config: 'qemu-config-minimal' },
  130: { kind: 'qemu', config: 'qemu-config-full', pool: 'managed' },
  140: { kind: 'qemu', config: 'qemu-config-with-snapshot', pool: 'managed' },
  142: { kind: 'qemu', config: { boot: ' ', memory: '64' }, pool: 'managed' },
  150: { kind: 'qemu', config: 'qemu-clone-full-config' },
  160: { kind: 'qemu', config: { name: 'linked-01' }, pool: 'managed' },
  162: { kind: 'qemu', config: 'qemu-clone-template-full-config' },
  170: { kind: 'qemu', config: 'qemu-config-template' },
  180: {
    kind: 'qemu',
    config: { name: 'tpl', template: 1, scsi0: 'local:180/base-180-disk-0.qcow2,size=256M', boot: 'order=scsi0' },
  },
  181: { kind: 'qemu', config: 'qemu-clone-linked-config', pool: 'managed' },
  183: { kind: 'qemu', config: { name: 't', tags: 'web', net0: 'virtio=BC:24:11:00:01:83,bridge=vmbr0' }, pool: 'managed' },
  186: {
    kind: 'qemu',
    config: { name: 'renamed', ipconfig0: 'ip=manual', net0: 'virtio=BC:24:11:58:4C:7B,bridge=vmbr0', boot: ' ' },
  },
  187: {
    kind: 'qemu',
    config: { name: 'agent-01', agent: '1', memory: '256', tags: 'agent', net0: 'virtio=BC:24:11:00:01:87,bridge=vmbr0' },
  },
  188: { kind: 'qemu', config: 'qemu-config-after-partial-400', pool: 'managed' },
  193: { kind: 'qemu', config: { name: 'cl', scsi0: 'local:193/vm-193-disk-0.qcow2,size=256M' }, pool: 'managed' },
  201: { kind: 'lxc', config: 'lxc-config-default' },
  202: { kind: 'lxc', config: 'lxc-config-as-writer', pool: 'managed' },
  203: { kind: 'lxc', config: 'lxc-config-full' },
  211: { kind: 'lxc', config: 'lxc-clone-config' },
  220: { kind: 'lxc', config: 'lxc-config-template' },
  221: { kind: 'lxc', config: 'lxc-clone-from-template-config' },
};

const OS_INFO = {
  id: 'debian',
  name: 'Debian GNU/Linux',
  'pretty-name': 'Debian GNU/Linux 13 (trixie)',
  version: '13 (trixie)',
  'version-id': '13',
  machine: 'x86_64',
  'kernel-release': '6.12.107+deb13-cloud-amd64',
  'kernel-version': '#1 SMP PREEMPT_DYNAMIC',
};

export function addLaterGuest(world: WorldControl, vmid: number): void {
  const spec = LATER_GUESTS[vmid];
  if (spec === undefined) throw new Error(`no recorded configuration of guest ${vmid}`);
  const config = typeof spec.config === 'string' ? recordedConfig(spec.config) : spec.config;
  const { parent: _parent, ...values } = config;
  const guest = world.createGuest({
    vmid,
    kind: spec.kind,
    config: values,
    ...(spec.pool === undefined ? {} : { pool: spec.pool }),
  });
  guest.osInfo = OS_INFO;
}

function addStandaloneGuests(world: WorldControl): void {
  world.createGuest({ vmid: 100, kind: 'qemu', config: recordedConfig('qemu-config') });
  world.createGuest({ vmid: 101, kind: 'lxc', power: 'running', config: recordedConfig('lxc-config') });
}

function addClusterGuests(world: WorldControl): void {
  const on = (node: string, vmid: number, config: Record<string, string | number>): void => {
    world.createGuest({ vmid, kind: 'qemu', node, config: { memory: '64', kvm: 0, cpu: 'qemu64', boot: ' ', ...config } });
  };
  on('pveb', 100, {
    name: 'on-b',
    tags: 'x',
    scsi0: 'local:100/vm-100-disk-0.raw,size=104858K',
    net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
  });
  on('pvea', 101, { name: 'on-a' });
}
