import type { Json, JsonObject } from '../../json';
import { formatPropertyString, parsePropertyString } from '../../proxmox/property-string';
import { isIpv6, normalizeCidr } from '../../reflection/addresses';
import type { ParsedUserData } from './user-data';

/** What `cloud_init_network` says, in the keys of Proxmox. */
export interface CloudInitNetwork {
  /** `ipconfig0`, `ipconfig1`, …: `ip=10.0.0.5/24,gw=10.0.0.1`. */
  readonly ipConfigs: Readonly<Record<string, string>>;
  readonly nameservers: readonly string[] | null;
  readonly searchDomain: string | null;
}

export type NetworkReading = { network: CloudInitNetwork } | { problem: string };

/** JSON or YAML of an object, or a bare `ip=dhcp` for the first card. */
export function readNetwork(text: string, parse: (text: string) => ParsedUserData): NetworkReading {
  const bare = text.trim();
  if (/^ip6?=[^\s]+$/.test(bare)) return ofObject({ ipconfig0: bare });
  const parsed = parse(text);
  if (!parsed.ok) return { problem: parsed.message };
  return isObject(parsed.value) ? ofObject(parsed.value) : { problem: 'it is no object of keys and values' };
}

/** Proxbox's keys, and Proxmox's own. An `ipconfig0` of its own wins. */
function ofObject(object: JsonObject): NetworkReading {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(object)) {
    if (!/^ipconfig([12]?\d|3[01])$/.test(key)) continue;
    if (typeof value !== 'string') return { problem: `${key} is no text` };
    texts.set(key, value);
  }
  const flat = flatConfig(object);
  if (flat !== '' && !texts.has('ipconfig0')) texts.set('ipconfig0', flat);
  for (const [key, text] of texts) {
    const problem = ipConfigProblem(text);
    if (problem) return { problem: `${key}: ${problem}` };
  }
  const servers = object['dns_servers'] ?? object['nameserver'] ?? null;
  const nameservers = servers === null ? null : wordsIn(servers);
  const wrong = nameservers?.find(server => normalizeCidr(server, undefined) === undefined || server.includes('/'));
  if (wrong !== undefined) return { problem: `"${wrong}" is no address of a name server` };
  const domain = object['search_domain'] ?? object['searchdomain'] ?? null;
  if (domain !== null && typeof domain !== 'string') return { problem: 'the search domain is no text' };
  const searchDomain = domain?.replace(/\.$/, '') ?? null;
  if (texts.size === 0 && nameservers === null && searchDomain === null) {
    return { problem: 'it names neither an address (ip), nor name servers (dns_servers), nor a search domain (search_domain)' };
  }
  return { network: { ipConfigs: Object.fromEntries(texts), nameservers, searchDomain } };
}

/** `ip` with `cidr` added where it has no mask, `gw` or `gateway`, and the same for IPv6. */
function flatConfig(object: JsonObject): string {
  const text = (name: string): string => {
    const value = object[name];
    return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  };
  const masked = (ip: string, mask: string) => (/^(dhcp|auto|manual)$|\//.test(ip) || mask === '' ? ip : `${ip}/${mask}`);
  const pairs: [string, string][] = [
    ['ip', masked(text('ip'), text('cidr'))],
    ['gw', text('gw') || text('gateway')],
    ['ip6', masked(text('ip6'), text('cidr6'))],
    ['gw6', text('gw6') || text('gateway6')],
  ];
  return formatPropertyString(pairs.flatMap(([key, value]) => (value === '' ? [] : [{ key, value }])));
}

/** Proxmox checks this only when it writes the drive, after it has stored everything else of the request (Proxmox VE 9.2, measured). */
export function ipConfigProblem(text: string): string | null {
  const known = new Map<string, string>();
  for (const { key, value } of parsePropertyString(text)) {
    if (key === null || !['ip', 'gw', 'ip6', 'gw6'].includes(key)) return `"${key ?? value}" is none of ip, gw, ip6, gw6`;
    if (known.has(key)) return `"${key}" is there twice`;
    known.set(key, value);
  }
  for (const [key, words, v6] of [
    ['ip', ['dhcp', 'manual'], false],
    ['ip6', ['dhcp', 'auto', 'manual'], true],
  ] as const) {
    const value = known.get(key);
    const isAddress = value?.includes('/') && isIpv6(value) === v6 && normalizeCidr(value, undefined) !== undefined;
    if (value !== undefined && !isAddress && !words.some(word => word === value)) return `"${value}" is no address with a mask`;
    const gateway = known.get(v6 ? 'gw6' : 'gw');
    if (gateway === undefined) continue;
    if (value === undefined) return `a gateway needs an address (${key})`;
    if (isIpv6(gateway) !== v6 || gateway.includes('/') || normalizeCidr(gateway, undefined) === undefined) {
      return `"${gateway}" is no address of a gateway`;
    }
  }
  return null;
}

function wordsIn(value: Json): string[] {
  const list: readonly Json[] = isList(value) ? value : typeof value === 'string' ? value.split(/[\s,;]+/) : [value];
  return list.map(String).filter(word => word !== '');
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
