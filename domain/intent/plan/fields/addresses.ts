import type { Nic } from '../../../proxmox/nic';
import { formatPropertyString, parsePropertyString, withProperty, type PropertyString } from '../../../proxmox/property-string';
import { isIpv6, normalizeCidr } from '../../../reflection/addresses';
import type { Edit, FieldDifference, Remark } from '../edit';
import type { LiveGuest } from '../live';

interface AddressPlan {
  readonly fields: readonly FieldDifference[];
  /** The card, with a container's addresses in it. */
  readonly nicParts: PropertyString;
  readonly edit: Edit;
}

/**
 * Addresses that a guest is configured with: a container's in its card, a virtual machine's in cloud-init's `ipconfigN`. One address takes the
 * place of another; the gateway stays as it is. What a guest gives itself, by DHCP or by hand, no configuration changes.
 * @param changed the addresses that the change took away, and those that it put in their place.
 */
export function planAddresses(
  nic: Nic,
  changed: { readonly from?: readonly string[]; readonly to: readonly string[] },
  live: LiveGuest,
): AddressPlan {
  const ipKey = `ipconfig${nic.key.slice('net'.length)}`;
  const configured = live.kind === 'lxc' ? nic.parts : parsePropertyString(live.config.raw[ipKey] ?? '');
  let next = configured;
  const fields: FieldDifference[] = [];
  const remarks: Remark[] = [];
  for (const [property, ofFamily] of [
    ['ip', isIpv4],
    ['ip6', isIpv6],
  ] as const) {
    const [was, is] = [(changed.from ?? []).filter(ofFamily), changed.to.filter(ofFamily)];
    const stands = configured.find(part => part.key === property)?.value;
    const now = stands?.includes('/') ? normalizeCidr(stands, undefined) : undefined;
    const [wanted, ...more] = is;
    if (wanted !== undefined && more.length === 0 && now !== undefined && was.includes(now)) {
      next = withProperty(next, property, wanted);
      fields.push({ field: `interfaces.${nic.key}.addresses`, from: now, to: wanted });
    } else if (wanted !== now && (was.length > 0 || is.length > 0)) {
      const message = `Addresses of ${nic.key} are not changed in Proxmox: its configuration does not hold the one that was replaced. Change them in the guest.`;
      remarks.push({ field: `interfaces.${nic.key}.addresses`, message });
    }
  }
  if (live.kind === 'lxc') return { fields, nicParts: next, edit: { remarks } };
  const set = next === configured ? {} : { set: { [ipKey]: formatPropertyString(next) } };
  return { fields, nicParts: nic.parts, edit: { ...set, remarks } };
}

const isIpv4 = (address: string): boolean => !isIpv6(address);
