import { isIP } from 'node:net';
import * as ipaddr from 'ipaddr.js';

/**
 * Which addresses this installation contacts when people enter them: everything but this host itself, link-local and multicast networks and
 * the metadata services of clouds, through which whoever may enter an address could read what only this host may. Private networks are where
 * Proxmox lives, so they are allowed.
 */
export interface NetworkGuard {
  /** Why an IP address is not contacted; undefined when it may be. */
  refusalOf(address: string): string | undefined;
  /** The same for the host of a URL; a name is only known where it is looked up, except for those that always mean this host. */
  refusalOfHost(hostname: string): string | undefined;
}

/** By the name of the range, as RFC 6890 and its successors have them. */
const REFUSED_RANGES: Readonly<Record<string, string>> = {
  unspecified: 'it names no host',
  loopback: 'it is this host itself',
  linkLocal: 'it is a link-local address, where clouds have their metadata service',
  multicast: 'it is a multicast address',
  broadcast: 'it is the broadcast address',
};

/** Metadata and agent services that stand outside the link-local networks: Alibaba, Azure, Oracle, AWS, Google. */
const METADATA = new Set(['100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254', 'fd20:ce::254']);

/** @param allowed networks in CIDR notation, or addresses, that are contacted all the same. */
export function createNetworkGuard(allowed: readonly string[]): NetworkGuard {
  const networks = allowed.map(text => ipaddr.parseCIDR(text.includes('/') ? text : `${text}/${isIP(text) === 6 ? 128 : 32}`));
  const isAllowed = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));

  const refusalOf = (text: string): string | undefined => {
    if (!ipaddr.isValid(text)) return `${text} is no IP address`;
    const address = meant(ipaddr.process(withoutZone(text)));
    if (isAllowed(address)) return undefined;
    const why = METADATA.has(address.toString()) ? 'it is the metadata service of a cloud' : REFUSED_RANGES[address.range()];
    return why && `${text} is not contacted: ${why}. PROXBOX_ALLOWED_NETWORKS can allow a network`;
  };
  return {
    refusalOf,
    refusalOfHost: hostname => {
      const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
      if (isIP(host) !== 0) return refusalOf(host);
      return /^(.+\.)?localhost$/i.test(host) ? refusalOf('127.0.0.1') : undefined;
    },
  };
}

const withoutZone = (text: string): string => text.replace(/%.*$/, '');

/** The IPv4 address inside an IPv6 one (NAT64, 6to4, IPv4-compatible), which is what a gateway contacts. */
function meant(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (!(address instanceof ipaddr.IPv6)) return address;
  const bytes = address.toByteArray();
  if (address.range() === 'rfc6052') return new ipaddr.IPv4(bytes.slice(12));
  if (address.range() === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  const compatible = bytes.slice(0, 12).every(byte => byte === 0) && bytes[12] !== 0;
  return compatible ? new ipaddr.IPv4(bytes.slice(12)) : address;
}
