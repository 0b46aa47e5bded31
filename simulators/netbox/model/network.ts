import { isIP } from 'node:net';
import { type Json, typeName } from '../json';

/** An address with its mask, in the canonical text that NetBox stores. */
export interface Network {
  readonly family: 4 | 6;
  readonly address: bigint;
  readonly length: number;
}

/** Reads `10.0.0.1/24` or `2001:db8::1/64`; without a mask the address stands alone. Null when it is none. */
export function parseNetwork(text: string): Network | null {
  const [host = '', mask, ...rest] = text.trim().split('/');
  const version = isIP(host);
  if (version === 0 || rest.length > 0 || host.includes('%')) return null;
  const family = version === 4 ? 4 : 6;
  const bits = family === 4 ? 32 : 128;
  if (mask !== undefined && !/^\d{1,3}$/.test(mask)) return null;
  const length = mask === undefined ? bits : Number(mask);
  return length > bits ? null : { family, address: family === 4 ? parseV4(host) : parseV6(host), length };
}

function parseV4(host: string): bigint {
  return host.split('.').reduce((sum, part) => sum * 256n + BigInt(Number(part)), 0n);
}

function parseV6(host: string): bigint {
  const [head = '', tail] = host.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => 0);
  return [...left, ...middle, ...right].reduce((sum, group) => sum * 65536n + BigInt(group), 0n);
}

function groups(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap(group => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const v4 = parseV4(group);
    return [Number(v4 >> 16n), Number(v4 & 0xffffn)];
  });
}

/** The host part as NetBox prints it. */
export function hostText(network: Network): string {
  if (network.family === 4) return [24n, 16n, 8n, 0n].map(shift => String((network.address >> shift) & 255n)).join('.');
  if (network.address >> 32n === 0xffffn)
    return `::ffff:${hostText({ family: 4, address: network.address & 0xffffffffn, length: 32 })}`;
  const parts = Array.from({ length: 8 }, (_, index) => ((network.address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return compress(parts);
}

function compress(parts: readonly string[]): string {
  const text = parts.join(':');
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)].map(match => match[0]).sort((a, b) => b.length - a.length);
  const longest = runs[0];
  if (longest === undefined) return text;
  const at = text.search(new RegExp(`(^|:)${longest}(:|$)`));
  const start = text.charAt(at) === ':' ? at + 1 : at;
  const before = text.slice(0, start).replace(/:$/, '');
  const after = text.slice(start + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
}

export function networkText(network: Network): string {
  return `${hostText(network)}/${network.length}`;
}

function hostMask(network: Network): bigint {
  return (1n << BigInt((network.family === 4 ? 32 : 128) - network.length)) - 1n;
}

/** First address of the network that an address lies in. */
export function networkAddress(network: Network): Network {
  return { ...network, address: network.address & ~hostMask(network) };
}

/** Last address of the network that an address lies in. */
export function broadcastAddress(network: Network): Network {
  return { ...network, address: network.address | hostMask(network) };
}

/** Whether one network holds another, or is the same. */
export function contains(outer: Network, inner: Network): boolean {
  return (
    outer.family === inner.family &&
    outer.length <= inner.length &&
    networkAddress({ ...inner, length: outer.length }).address === networkAddress(outer).address
  );
}

/** Key that sorts addresses as PostgreSQL does: family, address, mask. */
export function networkKey(text: string): string {
  const network = parseNetwork(text);
  if (!network) return text;
  return `${network.family}${network.address.toString(16).padStart(32, '0')}${String(network.length).padStart(3, '0')}`;
}

type Outcome = { readonly value: Json } | { readonly message: string };

/** Parses an IP address of the API: the mask may be missing. */
export function addressField(raw: Json): Outcome {
  if (typeof raw !== 'string') return { message: `unexpected type <class '${typeName(raw)}'> for addr arg` };
  const network = parseNetwork(raw);
  return network ? { value: networkText(network) } : { message: `Invalid IP address format: ${raw}` };
}

/** Parses a prefix of the API. */
export function prefixField(raw: Json): Outcome {
  if (typeof raw !== 'string') return { message: `unexpected type <class '${typeName(raw)}'> for addr arg` };
  const network = parseNetwork(raw);
  return network ? { value: networkText(network) } : { message: `Invalid IP prefix format: ${raw}` };
}

/** Brings a MAC address into NetBox's notation, `AA:BB:CC:DD:EE:FF`; null when it is none. */
export function macText(raw: string): string | null {
  const digits = raw.trim().replace(/[:.-]/g, '').toUpperCase();
  return /^[0-9A-F]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : null;
}

/** Parses a MAC address of the API. */
export function macField(raw: Json): Outcome {
  const value = typeof raw === 'string' ? macText(raw) : null;
  return value ? { value } : { message: `Invalid MAC address format: ${String(raw)}` };
}
