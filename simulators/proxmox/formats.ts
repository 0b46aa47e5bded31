import { isIP, isIPv4, isIPv6 } from 'node:net';

/** Thrown by a format check: the text that Proxmox VE 9.2 puts behind `invalid format - `, without the line end. */
export class FormatError extends Error {}

type Check = (value: string) => void;

function matches(pattern: RegExp, text: string | ((value: string) => string)): Check {
  return value => {
    if (!pattern.test(value)) throw new FormatError(typeof text === 'string' ? text : text(value));
  };
}

const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const DNS_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

const vmid: Check = value => {
  if (!/^[1-9][0-9]{2,8}$/.test(value)) throw new FormatError('value does not look like a valid VM ID');
};
const address: Check = value => {
  if (isIP(value) === 0) throw new FormatError('value does not look like a valid IP address');
};

function cidr(value: string, family: 4 | 6): boolean {
  const [ip = '', prefix = '', more] = value.split('/');
  if (more !== undefined || !/^\d+$/.test(prefix)) return false;
  return family === 4 ? isIPv4(ip) && Number(prefix) <= 32 : isIPv6(ip) && Number(prefix) <= 128;
}

const CPU_MODELS = new Set(
  (
    'host max kvm32 kvm64 qemu32 qemu64 x86-64-v2 x86-64-v2-AES x86-64-v3 x86-64-v4 486 pentium pentium2 pentium3 coreduo core2duo athlon ' +
    'phenom Conroe Penryn Nehalem Westmere SandyBridge IvyBridge Haswell Broadwell Skylake-Client Skylake-Server Cascadelake-Server ' +
    'Icelake-Server SapphireRapids EPYC EPYC-Rome EPYC-Milan EPYC-Genoa Opteron_G1 Opteron_G5'
  ).split(' '),
);
const cpu: Check = value => {
  const parts = new Map(
    value.split(',').map(part => (part.includes('=') ? (part.split('=', 2) as [string, string]) : ['cputype', part])),
  );
  const model = parts.get('cputype') ?? 'kvm64';
  if (!CPU_MODELS.has(model)) throw new FormatError(`Built-in cputype '${model}' is not defined (missing 'custom-' prefix?)`);
};
const VOLUME = /^[a-zA-Z][a-zA-Z0-9\-_.]*[a-zA-Z0-9]:\S+$/;
const volumeId = matches(VOLUME, value => `unable to parse volume ID '${value}'`);
const volumeOr =
  (alternative: RegExp): Check =>
  value => {
    if (value !== 'none' && value !== 'cdrom' && !alternative.test(value)) volumeId(value);
  };
const mac = matches(/^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}$/i, 'value does not look like a valid unicast MAC address');
const configId = matches(/^[a-zA-Z][a-zA-Z0-9_-]+$/, value => `invalid configuration ID '${value}'`);

/** Named formats; a name that is not here is not checked. `<name>-list` is looked up element by element. */
const CHECKS: Record<string, Check> = {
  'pve-vmid': vmid,
  'dns-name': matches(DNS_NAME, 'value does not look like a valid DNS name'),
  'pve-tag': matches(/^[a-z0-9_][a-z0-9_\-+.]*$/i, 'invalid characters in tag'),
  'mac-addr': mac,
  'pve-configid': configId,
  'pve-poolid': matches(
    /^[A-Za-z0-9.\-_]+(?:\/[A-Za-z0-9.\-_]+){0,2}$/,
    value => `pool name '${value}' contains invalid characters`,
  ),
  'pve-storage-id': matches(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, value => `storage ID '${value}' contains illegal characters`),
  'pve-volume-id': volumeId,
  'pve-volume-id-or-qm-path': volumeOr(/^(?:\/|cloudinit)/),
  'pve-volume-id-or-absolute-path': volumeOr(/^\//),
  'pve-lxc-mp-string': volumeOr(/^\//),
  'pve-bridge-id': matches(/^[-_.\w]+$/, 'invalid bridge'),
  urlencoded: matches(/^[-%a-zA-Z0-9_.!~*'()]*$/, value => `invalid urlencoded string: ${value}`),
  ip: address,
  'lxc-ip-with-ll-iface': value => {
    if (value !== 'host') address(value.replace(/%.*$/, ''));
  },
  ipv4: value => {
    if (!isIPv4(value)) throw new FormatError('value does not look like a valid IPv4 address');
  },
  ipv6: value => {
    if (!isIPv6(value)) throw new FormatError('value does not look like a valid IPv6 address');
  },
  'pve-ipv4-config': value => {
    if (!['dhcp', 'manual'].includes(value) && !cidr(value, 4)) {
      throw new FormatError('value does not look like a valid ipv4 network configuration');
    }
  },
  'pve-ipv6-config': value => {
    if (!['auto', 'dhcp', 'manual'].includes(value) && !cidr(value, 6)) {
      throw new FormatError('value does not look like a valid ipv6 network configuration');
    }
  },
  'pve-vm-cpu-conf': cpu,
};

/** @throws FormatError */
export function checkFormat(format: string, value: string): void {
  const check = CHECKS[format];
  if (check !== undefined) return check(value);
  const element = format.endsWith('-list') ? CHECKS[format.slice(0, -'-list'.length)] : undefined;
  if (element !== undefined) for (const item of splitList(value)) element(item);
}

/** Splits as Proxmox splits its lists: at commas, semicolons, NULs and white space; empty parts are dropped. */
export function splitList(text: string): string[] {
  return text.split(/[,;\s\0]+/).filter(part => part !== '');
}
