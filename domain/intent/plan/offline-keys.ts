import type { GuestConfig, GuestKind } from '../../proxmox/guest-config';
import { parsePropertyString, propertyValue } from '../../proxmox/property-string';

/**
 * Keys that a running guest takes only at its next start, so that a change of them would stay pending (Proxmox VE 9.2). A change of them is
 * refused while the guest runs, never forced.
 */
const always: Record<GuestKind, RegExp> = {
  qemu: /^(cores|sockets|agent|machine|bios|cpu|ostype|scsihw|vga|numa|boot|balloon|(ide|sata|efidisk|tpmstate)\d+)$/,
  lxc: /^(nameserver|searchdomain|features|arch|ostype|rootfs)$/,
};

/** Which of the changed keys need a stopped guest, sorted. A disk that only grows is none of them. */
export function offlineKeys(
  kind: GuestKind,
  changed: readonly string[],
  text: (key: string) => string,
  config: GuestConfig,
): string[] {
  return changed
    .filter(key => always[kind].test(key) || (kind === 'qemu' ? !hotQemu(key, text(key), config) : !hotLxc(key, config)))
    .sort();
}

function hotQemu(key: string, text: string, config: GuestConfig): boolean {
  const can = hotplug(config);
  if (key === 'memory') return can.has('memory');
  if (key === 'vcpus') return can.has('cpu');
  if (/^(scsi|virtio)\d+$/.test(key)) return can.has('disk');
  if (!/^net\d+$/.test(key)) return true;
  const before = config.raw[key];
  if (before === undefined) return can.has('network');
  // Another MTU means taking the card out and putting it in again, which needs the guest's help.
  return mtuOf(before) === mtuOf(text);
}

/** A new volume is mounted at once; one that is there already only at the next start. */
const hotLxc = (key: string, config: GuestConfig): boolean => !/^mp\d+$/.test(key) || config.raw[key] === undefined;

const mtuOf = (text: string): string | undefined => propertyValue(parsePropertyString(text), 'mtu');

/** `hotplug`: absent and `1` are the default, `0` is nothing. Memory needs NUMA as well. */
function hotplug({ raw }: GuestConfig): ReadonlySet<string> {
  const text = raw['hotplug']?.trim() ?? '1';
  const words = text === '1' ? ['network', 'disk', 'usb'] : text === '0' ? [] : text.split(/[\s,;]+/);
  return new Set(words.filter(word => word !== 'memory' || raw['numa'] === '1'));
}
