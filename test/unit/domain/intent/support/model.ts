import { parseDrive } from '../../../../../domain/proxmox/drive';
import { parseGuestConfig, type GuestKind } from '../../../../../domain/proxmox/guest-config';
import { parseLxcNic, parseQemuNic, withQemuCard } from '../../../../../domain/proxmox/nic';
import { formatPropertyString, withProperty } from '../../../../../domain/proxmox/property-string';
import { formatSize, parseSize } from '../../../../../domain/proxmox/size';
import { formatTags, parseTags } from '../../../../../domain/proxmox/tags';
import type { GuestStatus } from '../../../../../domain/reflection/inventory';
import type { Param } from '../../../../../domain/intent/plan/edit';
import type { PlannedCall } from '../../../../../domain/intent/plan/guest-plan';
import type { LiveGuest } from '../../../../../domain/intent/plan/live';

export interface ModelGuest {
  kind: GuestKind;
  vmid: number;
  node: string;
  status: GuestStatus;
  raw: Record<string, string>;
}

/** A digest that changes with the configuration, and with nothing else. */
const digestOf = (raw: Record<string, string>): string => JSON.stringify(Object.entries(raw).sort());

export const read = (guest: ModelGuest): LiveGuest => ({
  ...guest,
  config: parseGuestConfig(guest.kind, { ...guest.raw, digest: digestOf(guest.raw) }),
  pendingKeys: [],
});

/** What Proxmox makes of calls, as far as configurations show it: volumes get names and sizes, cards get addresses. */
export class ModelCluster {
  readonly guests = new Map<number, ModelGuest>();
  private made = 0;

  constructor(...guests: ModelGuest[]) {
    for (const guest of guests) this.guests.set(guest.vmid, guest);
  }

  live(vmid: number): LiveGuest {
    return read(this.find(vmid));
  }

  make(calls: readonly PlannedCall[]): void {
    for (const call of calls) this.call(call);
  }

  private call({ method, path, params }: PlannedCall): void {
    const [, , node = '', kind = '', id, action] = path.split('/');
    if (kind !== 'qemu' && kind !== 'lxc') throw new Error(`no such path: ${path}`);
    if (id === undefined) return this.create(kind, node, params);
    const guest = this.find(Number(id));
    if (guest.node !== node) throw new Error(`guest ${id} is not on ${node}`);
    if (action === 'clone') return this.clone(guest, params);
    if (action === 'resize' && method === 'PUT') return this.resize(guest, String(params['disk']), String(params['size']));
    if (action === 'config') return this.configure(guest, params);
    throw new Error(`no such path: ${path}`);
  }

  private create(kind: GuestKind, node: string, { vmid, pool: _pool, ...params }: Readonly<Record<string, Param>>): void {
    if (this.guests.has(Number(vmid))) throw new Error(`VM ${String(vmid)} already exists`);
    const guest: ModelGuest = { kind, vmid: Number(vmid), node, status: 'stopped', raw: {} };
    this.guests.set(guest.vmid, guest);
    const { ostemplate: _archive, 'ssh-public-keys': _keys, password: _password, ...keys } = params;
    this.configure(guest, keys);
  }

  private clone(source: ModelGuest, { newid, target, name, hostname, description }: Readonly<Record<string, Param>>): void {
    const { template: _template, ...raw } = source.raw;
    const named = source.kind === 'qemu' ? { name: String(name) } : { hostname: String(hostname) };
    const guest: ModelGuest = {
      ...source,
      vmid: Number(newid),
      node: target === undefined ? source.node : String(target),
      status: 'stopped',
      raw: {
        ...raw,
        ...named,
        description: String(description),
        ...(source.kind === 'qemu' && { smbios1: `uuid=clone-${String(newid)}` }),
      },
    };
    for (const key of Object.keys(raw))
      if (/^net\d+$/.test(key)) guest.raw[key] = this.card(guest, key, withoutAddress(guest.kind, raw[key] ?? ''));
    this.guests.set(guest.vmid, guest);
  }

  private configure(guest: ModelGuest, { delete: removed, ...params }: Readonly<Record<string, Param>>): void {
    for (const key of String(removed ?? '').split(',')) delete guest.raw[key];
    for (const [key, value] of Object.entries(params)) {
      guest.raw[key] = typeof value === 'object' ? '**********' : this.stored(guest, key, String(value));
    }
  }

  private stored(guest: ModelGuest, key: string, value: string): string {
    if (key === 'tags') return formatTags(parseTags(value.toLowerCase()).sort());
    if (/^net\d+$/.test(key)) return this.card(guest, key, value);
    if (!/^(scsi|virtio|sata|ide|mp)\d+$|^rootfs$/.test(key)) return value;
    const { storage, volume, parts, source } = parseDrive(key, value);
    if (source === 'cloudinit' && volume === 'cloudinit') return `${storage}:vm-${guest.vmid}-cloudinit,media=cdrom`;
    if (volume === null || !/^\d+(\.\d+)?$/.test(volume)) return value;
    const named = [{ key: null, value: `${storage}:vm-${guest.vmid}-disk-${this.made++}` }, ...parts.slice(1)];
    return formatPropertyString(withProperty(named, 'size', formatSize(parseSize(`${volume}G`) ?? 0)));
  }

  private card(guest: ModelGuest, key: string, value: string): string {
    const nic = (guest.kind === 'qemu' ? parseQemuNic : parseLxcNic)(key, value);
    if (nic.mac !== null) return value;
    const mac = `BC:24:11:FF:00:${(this.made++ % 256).toString(16).padStart(2, '0').toUpperCase()}`;
    if (guest.kind === 'lxc') return formatPropertyString(withProperty(nic.parts, 'hwaddr', mac));
    const model = nic.model ?? nic.parts.find(part => part.key === null)?.value ?? 'virtio';
    return formatPropertyString(withQemuCard(nic.parts, model, mac));
  }

  private resize(guest: ModelGuest, disk: string, size: string): void {
    const { parts, sizeBytes } = parseDrive(disk, guest.raw[disk] ?? '');
    const wanted = parseSize(size);
    if (wanted === null || sizeBytes === null || wanted < sizeBytes) throw new Error('shrinking disks is not supported');
    guest.raw[disk] = formatPropertyString(withProperty(parts, 'size', formatSize(wanted)));
  }

  private find(vmid: number): ModelGuest {
    const guest = this.guests.get(vmid);
    if (!guest) throw new Error(`guest ${vmid} does not exist`);
    return guest;
  }
}

function withoutAddress(kind: GuestKind, text: string): string {
  if (kind === 'lxc') return text.replace(/,?hwaddr=[^,]+/, '');
  return text.replace(/^(\w+)=[0-9A-Fa-f:]{17}/, '$1');
}
