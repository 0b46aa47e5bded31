import type { GuestKind } from '../proxmox/guest-config';
import { parseDrive } from '../proxmox/drive';
import { parseLxcNic, parseQemuNic } from '../proxmox/nic';
import { parsePropertyString } from '../proxmox/property-string';
import { parseTags, sameTags } from '../proxmox/tags';
import { isSecretReference, type Param } from './plan/edit';

/**
 * Whether a configuration shows what was written. Proxmox writes some keys anew in its own form and keeps others literally as sent
 * (Proxmox VE 9.2, measured), so values are compared by what they mean.
 * @param live the key's value as read; undefined when the key is not set.
 */
export function showsWritten(kind: GuestKind, key: string, written: Param, live: string | undefined): boolean {
  // No secret can be read back: that its call was answered well is all that is known of it.
  if (isSecretReference(written)) return true;
  const text = String(written);
  if (key === 'tags') return sameTags(parseTags(text.toLowerCase()), parseTags(live?.toLowerCase()));
  if (live === undefined) return text.trim() === '' || birthOnly.has(key);
  if (key === 'description') return text.trimEnd() === live.trimEnd();
  if (key === 'sshkeys') return decoded(text) === decoded(live);
  if (/^net\d+$/.test(key)) return sameNic(kind, key, text, live);
  if (/^(scsi|virtio|sata|ide|mp)\d+$|^rootfs$/.test(key)) return sameDrive(key, text, live);
  return sameProperties(text, live);
}

/** Parameters of a birth that are no keys of the configuration. */
const birthOnly = new Set(['vmid', 'newid', 'pool', 'ostemplate', 'password', 'ssh-public-keys', 'full', 'target', 'storage']);

function sameNic(kind: GuestKind, key: string, written: string, live: string): boolean {
  const read = kind === 'qemu' ? parseQemuNic : parseLxcNic;
  const [a, b] = [read(key, written), read(key, live)];
  const same = (
    field:
      'bridge' | 'tag' | 'trunks' | 'linkDown' | 'mtu' | 'firewall' | 'rate' | 'ip' | 'gw' | 'ip6' | 'gw6' | 'name' | 'model',
  ) => a[field] === b[field];
  const sameMac = a.mac === null || a.mac.toLowerCase() === b.mac?.toLowerCase();
  const fields = [
    'bridge',
    'tag',
    'trunks',
    'linkDown',
    'mtu',
    'firewall',
    'rate',
    'ip',
    'gw',
    'ip6',
    'gw6',
    'name',
    'model',
  ] as const;
  return sameMac && fields.every(same);
}

/** A volume to be made (`local:32`, `local:cloudinit`) is shown under the name that it got. */
function sameDrive(key: string, written: string, live: string): boolean {
  const [a, b] = [parseDrive(key, written), parseDrive(key, live)];
  if (a.source === 'cloudinit') return b.source === 'cloudinit' && a.storage === b.storage;
  const gibibytes = a.volume !== null && /^\d+(\.\d+)?$/.test(a.volume) ? Number(a.volume) : null;
  if (gibibytes === null) return a.volid === b.volid;
  return a.storage === b.storage && b.sizeBytes !== null && b.sizeBytes >= gibibytes * 1024 ** 3;
}

/** The same properties in any order and, for flags, in any spelling. */
const sameProperties = (a: string, b: string): boolean => ordered(a) === ordered(b);
const ordered = (text: string): string =>
  parsePropertyString(text.trim())
    .map(({ key, value }) => `${key === null || key === 'enabled' || key === 'current' ? '' : key}=${value.toLowerCase()}`)
    .sort()
    .join();

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return text.trim();
  }
}
