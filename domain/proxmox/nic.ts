import { parseFlag, parseWhole } from './flag';
import { parsePropertyString, propertyValue, type PropertyPart, type PropertyString } from './property-string';

/** Models of cards, which may stand as `model=MAC` (Proxmox VE 9.2). */
export const nicModels = [
  'e1000',
  'e1000-82540em',
  'e1000-82544gc',
  'e1000-82545em',
  'e1000e',
  'i82551',
  'i82557b',
  'i82559er',
  'ne2k_isa',
  'ne2k_pci',
  'pcnet',
  'rtl8139',
  'virtio',
  'vmxnet3',
] as const;

/** A network card of a guest. Text keeps the case that it was stored in; a MAC is compared without case. */
export interface Nic {
  /** `net0` … `net31`. */
  readonly key: string;
  /** QEMU: the card model; LXC: `veth`. */
  readonly model: string | null;
  readonly mac: string | null;
  /** `null`: not attached to a bridge (QEMU: user-mode NAT). */
  readonly bridge: string | null;
  /** VLAN id 1–4094. */
  readonly tag: number | null;
  /** VLAN ids and ranges as stored, `10;20-22`. */
  readonly trunks: string | null;
  readonly linkDown: boolean;
  readonly firewall: boolean;
  readonly mtu: number | null;
  /** MB/s as stored. */
  readonly rate: string | null;
  /** LXC only: the name inside the container. */
  readonly name: string | null;
  /** LXC only: CIDR, `dhcp`, `manual`. */
  readonly ip: string | null;
  readonly gw: string | null;
  /** LXC only: CIDR, `auto`, `dhcp`, `manual`. */
  readonly ip6: string | null;
  readonly gw6: string | null;
  /** Everything, for writing back. */
  readonly parts: PropertyString;
}

/** `virtio=MAC,bridge=…`, `model=virtio,macaddr=MAC,…` and `virtio,bridge=…` are the same card. */
export function parseQemuNic(key: string, text: string): Nic {
  const parts = parsePropertyString(text);
  const alias = parts.find(isModelAlias);
  return {
    ...shared(key, parts),
    model: alias?.key ?? propertyValue(parts, 'model', true) ?? null,
    mac: alias?.value ?? propertyValue(parts, 'macaddr') ?? null,
    name: null,
    ip: null,
    gw: null,
    ip6: null,
    gw6: null,
  };
}

export function parseLxcNic(key: string, text: string): Nic {
  const parts = parsePropertyString(text);
  return {
    ...shared(key, parts),
    model: propertyValue(parts, 'type') ?? 'veth',
    mac: propertyValue(parts, 'hwaddr') ?? null,
    name: propertyValue(parts, 'name') ?? null,
    ip: propertyValue(parts, 'ip') ?? null,
    gw: propertyValue(parts, 'gw') ?? null,
    ip6: propertyValue(parts, 'ip6') ?? null,
    gw6: propertyValue(parts, 'gw6') ?? null,
  };
}

/** The same QEMU card as another model and with another MAC; without one Proxmox makes one up. */
export function withQemuCard(parts: PropertyString, model: string, mac: string | null): PropertyString {
  const rest = parts.filter(part => part.key !== null && !isModelAlias(part) && part.key !== 'model' && part.key !== 'macaddr');
  return [mac === null ? { key: null, value: model } : { key: model, value: mac }, ...rest];
}

function isModelAlias(part: PropertyPart): boolean {
  return nicModels.some(model => model === part.key);
}

function shared(key: string, parts: PropertyString) {
  return {
    key,
    bridge: propertyValue(parts, 'bridge') ?? null,
    tag: parseWhole(propertyValue(parts, 'tag')),
    trunks: propertyValue(parts, 'trunks') ?? null,
    linkDown: parseFlag(propertyValue(parts, 'link_down')),
    firewall: parseFlag(propertyValue(parts, 'firewall')),
    mtu: parseWhole(propertyValue(parts, 'mtu')),
    rate: propertyValue(parts, 'rate') ?? null,
    parts,
  };
}
