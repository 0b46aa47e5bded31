/**
 * One guest as reflection sees it, from its configuration and from what the guest itself tells. Names and identity come from
 * the configuration: `/cluster/resources` shows a new guest without a name, and a re-created VMID under the old guest's name,
 * for up to ten seconds (Proxmox VE 9.2, measured).
 */
import { unmarked } from '../deletion/marks';
import { parseDescription } from '../proxmox/description';
import type { Drive } from '../proxmox/drive';
import type { GuestConfig } from '../proxmox/guest-config';
import type { Nic } from '../proxmox/nic';
import { toMebibytes } from '../proxmox/size';
import { isLinkLocalV6, isLoopback, normalizeCidr } from './addresses';
import type { Evidence } from './identity';
import type { GuestStatus, ObservedDisk, ObservedGuest, ObservedNic } from './inventory';
import type { ReflectionPolicy } from './policy';

/** An interface as the QEMU agent or the container's kernel reports it. */
export interface ReportedInterface {
  name: string;
  mac: string | null;
  addresses: { address: string; prefix: number | string | undefined }[];
}

/** What the guest itself said, or why it said nothing. */
export type GuestReport =
  { told: true; interfaces: ReportedInterface[]; hostName: string | null } | { told: false; remark?: string };

export interface GuestPlacement {
  vmid: number;
  node: string;
  status: GuestStatus;
}

export function observeGuest(
  config: GuestConfig,
  placement: GuestPlacement,
  report: GuestReport,
  policy: ReflectionPolicy,
): ObservedGuest {
  const { kind } = config;
  const name = config.name ?? (kind === 'qemu' ? `VM-${placement.vmid}` : `CT${placement.vmid}`);
  const reported = report.told ? report.interfaces.filter(nic => !isExcluded(nic.name, policy)) : [];
  const nics = config.nics.map(nic => observeNic(nic, config, reportFor(nic, reported), report.told, policy));
  const extra = policy.reflectGuestInterfaces ? guestOnly(config.nics, reported, policy) : [];
  const { disks, remarks } = observeDisks(config.disks);
  const { notes, metadata } = parseDescription(config.description);
  return {
    kind,
    vmid: placement.vmid,
    node: placement.node,
    name,
    status: placement.status,
    template: config.template,
    vcpus: config.cores === null ? null : config.cores * (kind === 'qemu' ? config.sockets : 1),
    memoryMiB: config.memoryMib,
    // What we keep in a description ourselves (a birth mark, a block of NetBox ids) is no note of a person.
    notes,
    ...(metadata !== null && policy.parseDescriptionMetadata && { metadata }),
    // Our own marks come and go with a deletion request, and say nothing about the guest.
    tags: unmarked(config.tags).sort(),
    startAtBoot: config.onboot,
    unprivileged: config.unprivileged,
    agent: kind === 'qemu' ? config.agent.enabled : null,
    searchDomain: config.searchDomain,
    dnsName: dnsName(kind === 'lxc' ? config.name : report.told ? report.hostName : null),
    nics: [...nics, ...extra],
    disks,
    addressesComplete: report.told && [...nics, ...extra].some(nic => nic.addresses.length > 0),
    evidence: evidenceOf(config),
    remarks: [...(report.told || !report.remark ? [] : [report.remark]), ...remarks],
  };
}

export function evidenceOf(config: GuestConfig): Evidence {
  const macs = config.nics.flatMap(nic => (nic.mac ? [nic.mac.toUpperCase()] : [])).sort();
  if (config.kind === 'lxc') {
    return { ...(config.rootfsVolume && { rootfs: config.rootfsVolume }), ...(macs.length && { macs }) };
  }
  return {
    ...(config.smbiosUuid && { smbiosUuid: config.smbiosUuid.toLowerCase() }),
    ...(config.vmgenid && { vmgenid: config.vmgenid.toLowerCase() }),
    ...(config.metaCtime && { ctime: config.metaCtime }),
  };
}

// Network ----------------------------------------------------------------------------------------------------------------

function observeNic(
  nic: Nic,
  config: GuestConfig,
  reported: ReportedInterface[],
  told: boolean,
  policy: ReflectionPolicy,
): ObservedNic {
  return {
    key: nic.key,
    name: nic.name ?? nic.key,
    mac: nic.mac?.toUpperCase() ?? null,
    bridge: nic.bridge,
    vlan: nic.tag,
    trunks: nic.trunks === null ? null : expandTrunks(nic.trunks),
    enabled: !nic.linkDown,
    mtu: nic.mtu !== null && nic.mtu > 1 ? nic.mtu : null,
    addresses: told ? reportedAddresses(reported, policy) : configuredAddresses(nic, config),
  };
}

/** The agent's interfaces of a NIC: those with its MAC (a bridge or bond inside the guest shares it), else the one with its name. */
function reportFor(nic: Nic, reported: ReportedInterface[]): ReportedInterface[] {
  const mac = nic.mac?.toUpperCase();
  const sameMac = reported.filter(item => mac !== undefined && item.mac?.toUpperCase() === mac);
  return sameMac.length ? sameMac : reported.filter(item => nic.name !== null && item.name === nic.name);
}

function guestOnly(nics: readonly Nic[], reported: ReportedInterface[], policy: ReflectionPolicy): ObservedNic[] {
  const own = new Set(nics.flatMap(nic => reportFor(nic, reported)));
  return reported
    .filter(item => !own.has(item))
    .map(item => ({
      key: `guest/${item.name}`,
      name: item.name,
      mac: item.mac?.toUpperCase() ?? null,
      bridge: null,
      vlan: null,
      trunks: null,
      enabled: true,
      mtu: null,
      addresses: reportedAddresses([item], policy),
    }));
}

function isExcluded(name: string, policy: ReflectionPolicy): boolean {
  return policy.interfaceExcludeNames.includes(name) || policy.interfaceExcludePrefixes.some(prefix => isPrefixOf(prefix, name));
}

/** `lo` is the loopback device, not the beginning of `local0`. */
const isPrefixOf = (prefix: string, name: string): boolean => (prefix === 'lo' ? /^lo\d*$/.test(name) : name.startsWith(prefix));

function reportedAddresses(reported: ReportedInterface[], policy: ReflectionPolicy): string[] {
  return unique(
    reported.flatMap(item => item.addresses.map(({ address, prefix }) => normalizeCidr(address, prefix))),
    address => !isLoopback(address) && !(policy.ignoreIpv6LinkLocal && isLinkLocalV6(address)),
  );
}

/** Static addresses of the configuration: a container's `ip=`, a VM's cloud-init `ipconfigN`. */
function configuredAddresses(nic: Nic, config: GuestConfig): string[] {
  const index = Number(nic.key.slice('net'.length));
  const cloudInit = config.cloudInit.ipConfigs.find(item => item.index === index);
  const texts = config.kind === 'lxc' ? [nic.ip, nic.ip6] : [cloudInit?.ip, cloudInit?.ip6];
  return unique(
    texts.map(text => (text?.includes('/') ? normalizeCidr(text, undefined) : undefined)),
    () => true,
  );
}

function unique(addresses: (string | undefined)[], keep: (address: string) => boolean): string[] {
  return [...new Set(addresses.filter(address => address !== undefined).filter(keep))].sort(v4First);
}

const v4First = (a: string, b: string): number => Number(a.includes(':')) - Number(b.includes(':')) || (a < b ? -1 : 1);

function expandTrunks(text: string): number[] {
  const vids = text.split(/[;\s]+/).flatMap(part => {
    const [from, to = from] = part.split('-').map(Number);
    if (!from || !to || to < from || to > 4094) return [];
    return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
  });
  return [...new Set(vids)].sort((a, b) => a - b);
}

function dnsName(name: string | null): string {
  const text = (name ?? '').trim().replace(/\.+$/, '').toLowerCase();
  const usable = /^([0-9a-z_-]+|\*)(\.[0-9a-z_-]+)*$/.test(text) && text !== 'localhost' && !text.startsWith('localhost.');
  return usable ? text.slice(0, 255) : '';
}

// Disks ------------------------------------------------------------------------------------------------------------------

/** Largest size that NetBox takes, in MiB. */
const maxDiskMiB = 2_147_483_647;

function observeDisks(drives: readonly Drive[]): { disks: ObservedDisk[]; remarks: string[] } {
  const disks: ObservedDisk[] = [];
  const remarks: string[] = [];
  for (const drive of drives) {
    if (drive.source === 'path') remarks.push(`${drive.key} is a device or folder of the node: its size is not known here.`);
    if (drive.source !== 'volume' || drive.storage === null) continue;
    if (drive.sizeBytes === null) remarks.push(`${drive.key} has no size in the configuration.`);
    else if (drive.sizeBytes > 0) {
      const sizeMiB = Math.min(toMebibytes(drive.sizeBytes), maxDiskMiB);
      disks.push({ key: drive.key, storage: drive.storage, format: drive.format, sizeMiB });
    }
  }
  return { disks, remarks };
}
