import type { Random } from '../random';
import type { Guest, GuestInterface } from '../state';
import { linkLocal, type Addressing, type HostAddresses } from './addressing';

const MODELS = [
  'virtio',
  'virtio',
  'virtio',
  'virtio',
  'virtio',
  'virtio',
  'e1000',
  'e1000e',
  'rtl8139',
  'vmxnet3',
  'virtio',
  'virtio',
  'virtio',
  'virtio',
  'e1000-82540em',
  'e1000-82544gc',
  'e1000-82545em',
  'i82551',
  'i82557b',
  'i82559er',
  'ne2k_isa',
  'ne2k_pci',
  'pcnet',
];
const VLANS = [10, 20, 30, 40, 110, 120];
const LOOPBACK: GuestInterface = {
  name: 'lo',
  mac: '00:00:00:00:00:00',
  addresses: [
    { address: '127.0.0.1', prefix: 8 },
    { address: '::1', prefix: 128 },
  ],
};

/** How many cards: one mostly, up to four. */
function cardCount(random: Random): number {
  const dice = random.next();
  return dice < 0.7 ? 1 : dice < 0.9 ? 2 : dice < 0.97 ? 3 : 4;
}

/**
 * Gives a guest its cards, in the configuration and as its operating system reports them.
 *
 * @param conflict the first card takes the address of the card made before it
 */
export function addNetworks(guest: Guest, addressing: Addressing, random: Random, index: number, conflict: boolean): void {
  const interfaces: GuestInterface[] = [LOOPBACK];
  const count = cardCount(random);
  for (let n = 0; n < count; n++) {
    const mac = addressing.mac();
    const host = conflict && n === 0 ? addressing.again() : addressing.next();
    const tag = random.chance(0.6) ? random.pick(VLANS) : undefined;
    const dual = random.chance(0.4);
    const bridge = n === 0 ? 'vmbr0' : 'vmbr1';
    const addresses = [
      { address: host.ipv4, prefix: 24 },
      ...(dual ? [{ address: host.ipv6, prefix: 64 }] : []),
      { address: linkLocal(mac), prefix: 64 },
    ];
    guest.config[`net${n}`] =
      guest.kind === 'qemu' ? qemuCard(mac, bridge, tag, random, index + n) : lxcCard(mac, bridge, tag, n, host, dual);
    const ip = `ip=${host.ipv4}/24${n === 0 ? `,gw=${host.gateway}` : ''}${dual ? `,ip6=${host.ipv6}/64` : ''}`;
    if (guest.kind === 'qemu' && /cloudinit/.test(String(guest.config['ide2'] ?? ''))) guest.config[`ipconfig${n}`] = ip;
    interfaces.push({ name: guest.kind === 'lxc' ? `eth${n}` : interfaceName(guest, n), mac: mac.toLowerCase(), addresses });
  }
  if (index % 9 === 4) interfaces.push(...containerInterfaces(index));
  guest.interfaces = interfaces;
}

function qemuCard(mac: string, bridge: string, tag: number | undefined, random: Random, index: number): string {
  const model = MODELS[index % MODELS.length] ?? 'virtio';
  const parts = [`bridge=${bridge}`];
  if (random.chance(0.4)) parts.push('firewall=1');
  if (index % 29 === 17) parts.push('link_down=1');
  if (index % 31 === 11) parts.push('mtu=9000');
  if (index % 23 === 9) parts.push('queues=4');
  if (index % 43 === 21) parts.push('rate=125');
  if (tag !== undefined) parts.push(`tag=${tag}`);
  else if (index % 19 === 6) parts.push('trunks=10;20-22');
  return `${model}=${mac},${parts.sort().join(',')}`;
}

function lxcCard(mac: string, bridge: string, tag: number | undefined, n: number, host: HostAddresses, dual: boolean): string {
  const parts = [`bridge=${bridge}`, `hwaddr=${mac}`, 'type=veth', `ip=${host.ipv4}/24`];
  if (n === 0) parts.push(`gw=${host.gateway}`, 'firewall=1');
  if (dual) parts.push(`ip6=${host.ipv6}/64`);
  if (tag !== undefined) parts.push(`tag=${tag}`);
  return `name=eth${n},${parts.sort().join(',')}`;
}

function interfaceName(guest: Guest, n: number): string {
  return String(guest.config['ostype']).startsWith('win') ? `Ethernet ${n + 1}` : n === 0 ? 'eth0' : `ens${18 + n}`;
}

/** What a container host adds to its own cards: not the guest's configuration, and alike on many guests. */
function containerInterfaces(index: number): GuestInterface[] {
  const hex = index.toString(16).padStart(4, '0');
  const mac = (kind: string): string => `02:42:${kind}:${hex.slice(0, 2)}:${hex.slice(2)}:01`;
  return [
    { name: 'docker0', mac: mac('ac'), addresses: [{ address: '172.17.0.1', prefix: 16 }] },
    { name: `br-${hex}c0ffee`, mac: mac('bc'), addresses: [{ address: '172.18.0.1', prefix: 16 }] },
    { name: `veth${hex}ab`, mac: mac('cc'), addresses: [{ address: linkLocal(mac('cc')), prefix: 64 }] },
  ];
}
