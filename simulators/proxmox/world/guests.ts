import type { Cluster } from '../cluster';
import { Random } from '../random';
import type { Guest } from '../state';
import { Addressing } from './addressing';
import { DiskMaker } from './guest-disks';
import { addNetworks } from './guest-networks';
import { WORLD_EPOCH } from './infrastructure';
import type { CompleteWorldOptions } from './options';

const ROLES = ['web', 'db', 'app', 'cache', 'mail', 'dns', 'git', 'ci', 'log', 'mon', 'vpn', 'ldap', 'queue', 'build', 'files'];
const PLACES = ['prod', 'test', 'dev', 'stage'];
const TAGS = ['prod', 'test', 'dev', 'web', 'db', 'backup', 'legacy', 'team-a', 'team-b', 'customer_7'];
const OPERATING_SYSTEMS: [ostype: string, info: Record<string, string>][] = [
  [
    'l26',
    {
      id: 'debian',
      name: 'Debian GNU/Linux',
      'pretty-name': 'Debian GNU/Linux 13 (trixie)',
      version: '13 (trixie)',
      'version-id': '13',
      machine: 'x86_64',
      'kernel-release': '6.12.107+deb13-cloud-amd64',
      'kernel-version': '#1 SMP PREEMPT_DYNAMIC Debian 6.12.107-1 (2026-08-29)',
    },
  ],
  [
    'l26',
    {
      id: 'ubuntu',
      name: 'Ubuntu',
      'pretty-name': 'Ubuntu 24.04.3 LTS',
      version: '24.04.3 LTS (Noble Numbat)',
      'version-id': '24.04',
      machine: 'x86_64',
      'kernel-release': '6.8.0-85-generic',
      'kernel-version': '#85-Ubuntu SMP PREEMPT_DYNAMIC',
    },
  ],
  [
    'win11',
    {
      id: 'mswindows',
      name: 'Microsoft Windows',
      'pretty-name': 'Windows Server 2022 Standard',
      version: 'Microsoft Windows Server 2022',
      'version-id': '2022',
      machine: 'x86_64',
      'kernel-release': '20348',
      'kernel-version': '10.0',
    },
  ],
];

/** Makes guest after guest; guest n is the same whatever the size of the world is. */
export class GuestMaker {
  private readonly addressing: Addressing;
  private readonly disks: DiskMaker;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: CompleteWorldOptions,
  ) {
    this.addressing = new Addressing(options.seed, options.networkPrefix);
    this.disks = new DiskMaker(cluster);
  }

  make(index: number): Guest {
    const { seed, vmidStart, nodeNames, duplicateAddressEvery } = this.options;
    const random = new Random(`${seed}/guest/${index}`);
    const kind = random.chance(0.3) ? 'lxc' : 'qemu';
    const vmid = vmidStart + index + Math.floor(index / 12);
    const [ostype, osInfo] = random.pick(OPERATING_SYSTEMS);
    const name = nameOf(index);
    const template = index % 33 === 32;
    const power = template || random.chance(0.27) ? 'stopped' : kind === 'qemu' && random.chance(0.04) ? 'paused' : 'running';
    const guest: Guest = {
      vmid,
      kind,
      node: random.pick(nodeNames),
      config: {},
      pending: {},
      pendingDelete: new Map(),
      snapshots: [],
      power,
      startedAt: WORLD_EPOCH + 86_400 + index,
      agent: agentOf(random),
      hostName: (name ?? `vm-${vmid}`).split('.')[0] ?? '',
      osInfo: { ...osInfo },
      interfaces: [],
      releasesDevices: true,
    };
    if (template) guest.config['template'] = 1;
    if (kind === 'qemu') this.configureQemu(guest, random, index, name, ostype);
    else this.configureLxc(guest, random, index, name ?? `CT${vmid}`);
    describe(guest, random, index);
    const conflict = duplicateAddressEvery > 0 && index > 0 && index % duplicateAddressEvery === 0;
    addNetworks(guest, this.addressing, random, index, conflict);
    if (index % 15 === 8 && !template) addSnapshots(guest, index);
    this.cluster.guests.set(vmid, guest);
    return guest;
  }

  private configureQemu(guest: Guest, random: Random, index: number, name: string | undefined, ostype: string): void {
    const { config, vmid } = guest;
    const cores = random.pick([1, 2, 2, 4, 4, 8]);
    Object.assign(config, {
      ostype,
      cores,
      memory: String(random.pick([512, 1024, 2048, 4096, 8192, 16384])),
      smbios1: `uuid=${random.uuid()}`,
      vmgenid: random.uuid(),
      meta: `creation-qemu=10.0.13,ctime=${WORLD_EPOCH - random.int(0, 30_000_000)}`,
    });
    if (name !== undefined) config['name'] = name;
    if (index % 4 !== 0) config['sockets'] = random.pick([1, 1, 1, 2]);
    if (index % 6 === 1) config['cpu'] = random.pick(['host', 'x86-64-v2-AES', 'kvm64']);
    if (index % 17 === 3) config['vcpus'] = 1;
    if (index % 14 === 6) config['balloon'] = 512;
    if (index % 21 === 2) config['numa'] = 0;
    if (random.chance(0.75)) config['agent'] = random.pick(['1', '1', '1,fstrim_cloned_disks=1', 'enabled=1', '1,type=virtio']);
    else if (random.chance(0.2)) config['agent'] = '0';
    if (index % 25 === 4) config['serial0'] = 'socket';
    this.disks.qemu(guest, random, index);
    if (String(config['ide2'] ?? '').includes(`vm-${vmid}-cloudinit`))
      Object.assign(config, { ciuser: 'admin', nameserver: '10.0.0.2 10.0.0.3', searchdomain: 'example.test' });
  }

  private configureLxc(guest: Guest, random: Random, index: number, hostname: string): void {
    Object.assign(guest.config, {
      arch: 'amd64',
      hostname,
      memory: random.pick([256, 512, 512, 1024, 2048, 4096]),
      swap: random.pick([0, 512, 512, 1024]),
      ostype: random.pick(['debian', 'debian', 'ubuntu', 'alpine']),
      unprivileged: 1,
    });
    if (index % 3 !== 0) guest.config['cores'] = random.pick([1, 1, 2, 4]);
    if (index % 10 === 3) guest.config['features'] = 'nesting=1';
    this.disks.lxc(guest, random, index);
  }
}

/** Mostly unique; some repeat an earlier name, some are long, some are missing. */
function nameOf(index: number): string | undefined {
  if (index % 199 === 198) return undefined;
  if (index % 71 === 70) return nameOf(index - 35);
  const plain = `${ROLES[index % ROLES.length]}-${PLACES[index % PLACES.length]}-${String(index + 1).padStart(4, '0')}`;
  if (index % 83 === 60)
    return `${plain}-with-a-name-that-somebody-made-very-long.department-of-redundancy.campus-north.corp.example.test`;
  if (index % 13 === 5) return `${plain}.example.test`;
  return plain;
}

function agentOf(random: Random): Guest['agent'] {
  const dice = random.next();
  return dice < 0.85 ? 'present' : dice < 0.95 ? 'dead' : 'none';
}

function describe(guest: Guest, random: Random, index: number): void {
  const { config } = guest;
  if (random.chance(0.6)) config['tags'] = [...new Set([random.pick(TAGS), random.pick(TAGS)])].sort().join(';');
  if (random.chance(0.5)) config['onboot'] = 1;
  if (random.chance(0.1)) config['protection'] = 1;
  if (index % 12 === 7) config['startup'] = `order=${index % 5},up=30`;
  if (index % 7 !== 2) return;
  const text = `# Owner: team ${index % 9}\n\nTicket #${4000 + index}: größer & schöner\n100% "quoted" <b>text</b>`;
  config['description'] = guest.kind === 'lxc' ? `${text}\n` : text;
}

function addSnapshots(guest: Guest, index: number): void {
  const { config } = guest;
  const first = {
    name: 'before-upgrade',
    description: 'Taken before the upgrade',
    snaptime: WORLD_EPOCH + 3600 + index,
    config: { ...config },
  };
  const second = {
    name: 'weekly',
    description: '',
    snaptime: WORLD_EPOCH + 7200 + index,
    parent: 'before-upgrade',
    config: { ...config },
  };
  guest.snapshots.push(first, ...(index % 2 === 0 ? [second] : []));
  config['parent'] = index % 2 === 0 ? 'weekly' : 'before-upgrade';
}
