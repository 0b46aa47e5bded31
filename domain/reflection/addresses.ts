/** IP addresses in CIDR notation, as NetBox writes them. */

/** The address without its mask, in lower case. */
export const hostOf = (address: string): string => (address.split('/')[0] ?? '').toLowerCase();

export const isIpv6 = (address: string): boolean => address.includes(':');

const linkLocal = /^fe[89ab][0-9a-f]:/i;

export const isLinkLocalV6 = (address: string): boolean => linkLocal.test(address);

export function isLoopback(address: string): boolean {
  const host = hostOf(address);
  return host.startsWith('127.') || host === '::1';
}

/** `address/prefix` in the form that NetBox gives back: no zone, IPv6 in its shortest form. Undefined when it is no address. */
export function normalizeCidr(address: string, prefix: number | string | undefined): string | undefined {
  const [bare = '', ownPrefix] = (address.split('%')[0] ?? '').trim().split('/');
  const v6 = bare.includes(':');
  const length = Number(prefix ?? ownPrefix ?? (v6 ? 128 : 32));
  if (!Number.isInteger(length) || length < 0 || length > (v6 ? 128 : 32)) return undefined;
  const host = v6 ? shortestV6(bare) : normalV4(bare);
  return host && `${host}/${length}`;
}

function normalV4(text: string): string | undefined {
  const parts = text.split('.').map(Number);
  return parts.length === 4 && /^[\d.]+$/.test(text) && parts.every(part => part >= 0 && part <= 255)
    ? parts.join('.')
    : undefined;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups replaced. */
function shortestV6(text: string): string | undefined {
  const groups = groupsOf(text);
  if (!groups) return undefined;
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map(group => group.toString(16));
  if (best.start < 0) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

function groupsOf(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const parse = (half: string): number[] => (half === '' ? [] : half.split(':').flatMap(groupValues));
  const head = parse(halves[0]!);
  const tail = halves.length === 2 ? parse(halves[1]!) : [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail];
  return groups.every(group => group >= 0 && group <= 0xffff) ? groups : undefined;
}

/** One group, or the two groups of an embedded IPv4 address. */
function groupValues(part: string): number[] {
  const v4 = part.includes('.') ? normalV4(part)?.split('.').map(Number) : undefined;
  if (v4) return [v4[0]! * 256 + v4[1]!, v4[2]! * 256 + v4[3]!];
  return [/^[0-9a-fA-F]{1,4}$/.test(part) ? parseInt(part, 16) : -1];
}
