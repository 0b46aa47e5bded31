import { parseAgent, type AgentSetting } from './agent';
import { isDriveKey, parseDrive, type Drive } from './drive';
import { parseFlag, parseWhole } from './flag';
import { parseIpConfig, parseMeta, parseSmbios, parseStartup, type IpConfig, type Startup } from './guest-keys';
import { parseLxcNic, parseQemuNic, type Nic } from './nic';
import { parsePropertyString, propertyValue } from './property-string';
import { parseTags } from './tags';

export type GuestKind = 'qemu' | 'lxc';

export interface CloudInit {
  readonly user: string | null;
  /** Proxmox shows only that there is one. */
  readonly hasPassword: boolean;
  /** One public key a line, decoded. */
  readonly sshKeys: readonly string[];
  readonly type: string | null;
  readonly upgrade: boolean | null;
  readonly custom: string | null;
  readonly ipConfigs: readonly IpConfig[];
}

/** A guest's configuration. `null` means that the key is not set; numbers and flags without a key have Proxmox's default. */
export interface GuestConfig {
  readonly kind: GuestKind;
  /** QEMU `name`, LXC `hostname`; without one Proxmox shows `VM 100` or `CT100`, which is no name. */
  readonly name: string | null;
  /** As returned: QEMU strips blanks at the end, LXC ends with exactly one line feed. */
  readonly description: string | null;
  readonly tags: readonly string[];
  /** LXC: `null` is "all of the node". */
  readonly cores: number | null;
  readonly sockets: number;
  /** QEMU: plugged at start; `null` is all of `cores × sockets`. */
  readonly vcpus: number | null;
  readonly cpuLimit: number | null;
  readonly memoryMib: number;
  /** LXC only. */
  readonly swapMib: number | null;
  readonly template: boolean;
  readonly protection: boolean;
  readonly onboot: boolean;
  readonly startup: Startup | null;
  readonly osType: string | null;
  readonly agent: AgentSetting;
  readonly nics: readonly Nic[];
  readonly disks: readonly Drive[];
  /** Detached volumes that still belong to the guest. */
  readonly unusedVolumes: readonly string[];
  readonly cloudInit: CloudInit;
  readonly nameservers: readonly string[];
  readonly searchDomain: string | null;
  /** LXC only. */
  readonly unprivileged: boolean | null;
  /** QEMU, lower case. */
  readonly smbiosUuid: string | null;
  /** QEMU; a rollback changes it. */
  readonly vmgenid: string | null;
  /** QEMU, seconds since 1970; a clone copies it. */
  readonly metaCtime: number | null;
  /** LXC: `local:201/vm-201-disk-0.raw`. */
  readonly rootfsVolume: string | null;
  /** The snapshot that the guest stands on: it has snapshots when this is set. */
  readonly parentSnapshot: string | null;
  /** `backup`, `migrate`, `create`, …: somebody works on the guest. */
  readonly lock: string | null;
  /** SHA-1 of the whole configuration file: send it back with a write. */
  readonly configDigest: string | null;
  /** Every key as text, without the password and the digest. */
  readonly raw: Readonly<Record<string, string>>;
}

/** Reads a configuration as `GET …/config` returns it, in which a number may come as text and any key may be missing. */
export function parseGuestConfig(kind: GuestKind, answer: Readonly<Record<string, unknown>>): GuestConfig {
  const { cipassword, digest, ...raw } = asTexts(answer);
  const keys = Object.keys(raw).sort(byNameAndNumber);
  const text = (key: string) => (raw[key]?.trim() ? raw[key] : null);
  const whole = (key: string) => parseWhole(raw[key]);
  const named = <T>(pattern: RegExp, read: (key: string, value: string) => T) =>
    keys.filter(key => pattern.test(key)).map(key => read(key, raw[key] ?? ''));
  const disks = keys.filter(key => isDriveKey(kind, key)).map(key => parseDrive(key, raw[key] ?? ''));
  const meta = parseMeta(raw['meta'] ?? '');
  return {
    kind,
    name: text(kind === 'qemu' ? 'name' : 'hostname'),
    description: raw['description'] ?? null,
    tags: parseTags(raw['tags']),
    cores: whole('cores') ?? (kind === 'qemu' ? 1 : null),
    sockets: whole('sockets') ?? 1,
    vcpus: whole('vcpus'),
    cpuLimit: Number(raw['cpulimit'] ?? 0) || null,
    memoryMib: memoryMib(raw['memory']),
    swapMib: kind === 'lxc' ? (whole('swap') ?? 512) : null,
    template: parseFlag(raw['template']),
    protection: parseFlag(raw['protection']),
    onboot: parseFlag(raw['onboot']),
    startup: raw['startup'] === undefined ? null : parseStartup(raw['startup']),
    osType: text('ostype'),
    agent: parseAgent(raw['agent']),
    nics: named(/^net\d+$/, kind === 'qemu' ? parseQemuNic : parseLxcNic),
    disks,
    unusedVolumes: named(/^unused\d+$/, (_, value) => value),
    cloudInit: cloudInit(raw, named, cipassword !== undefined),
    nameservers: (raw['nameserver'] ?? '').split(/[\s,;]+/).filter(server => server !== ''),
    searchDomain: text('searchdomain'),
    unprivileged: kind === 'lxc' ? parseFlag(raw['unprivileged']) : null,
    smbiosUuid: parseSmbios(raw['smbios1'] ?? '').uuid,
    vmgenid: text('vmgenid'),
    metaCtime: meta.ctime,
    rootfsVolume: disks.find(disk => disk.key === 'rootfs')?.volid ?? null,
    parentSnapshot: text('parent'),
    lock: text('lock'),
    configDigest: digest ?? null,
    raw,
  };
}

function asTexts(answer: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(answer)) {
    if (typeof value === 'string') texts[key] = value;
    else if (typeof value === 'number') texts[key] = String(value);
    else if (typeof value === 'boolean') texts[key] = value ? '1' : '0';
  }
  return texts;
}

/** `4096` or `current=4096`; absent is 512 (Proxmox VE 9.2). */
function memoryMib(text: string | undefined): number {
  return parseWhole(propertyValue(parsePropertyString(text ?? ''), 'current', true)) ?? 512;
}

function cloudInit(
  raw: Readonly<Record<string, string>>,
  named: (pattern: RegExp, read: (key: string, value: string) => IpConfig) => IpConfig[],
  hasPassword: boolean,
): CloudInit {
  return {
    user: raw['ciuser'] ?? null,
    hasPassword,
    sshKeys: decodeKeys(raw['sshkeys'] ?? '')
      .split('\n')
      .filter(line => line.trim() !== ''),
    type: raw['citype'] ?? null,
    upgrade: raw['ciupgrade'] === undefined ? null : parseFlag(raw['ciupgrade']),
    custom: raw['cicustom'] ?? null,
    ipConfigs: named(/^ipconfig\d+$/, (key, value) => parseIpConfig(Number(key.slice('ipconfig'.length)), value)),
  };
}

/** Proxmox returns the keys percent-encoded; a text that is not is taken as it is. */
function decodeKeys(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `net2` before `net10`. */
function byNameAndNumber(left: string, right: string): number {
  const [leftName, rightName] = [left.replace(/\d+$/, ''), right.replace(/\d+$/, '')];
  if (leftName !== rightName) return leftName < rightName ? -1 : 1;
  return Number(left.slice(leftName.length)) - Number(right.slice(rightName.length));
}
