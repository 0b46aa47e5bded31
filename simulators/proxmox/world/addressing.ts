import { createHash } from 'node:crypto';

export interface HostAddresses {
  ipv4: string;
  gateway: string;
  ipv6: string;
  gateway6: string;
}

/** Hands out addresses that no other interface of the world has. */
export class Addressing {
  private hosts = 0;
  private macs = 0;
  private readonly macBase: number;
  private readonly ipv6Prefix: string;

  /** @param networkPrefix the first two octets of every IPv4 address, for example `10.20` */
  constructor(
    seed: string,
    readonly networkPrefix: string,
  ) {
    this.macBase = createHash('sha1').update(`mac/${seed}`).digest().readUIntBE(0, 3);
    const group = createHash('sha1').update(networkPrefix).digest('hex').slice(0, 4).replace(/^0+/, '') || '1';
    this.ipv6Prefix = `2001:db8:${group}`;
  }

  /** Upper case, below Proxmox's own prefix. */
  mac(): string {
    const value = (this.macBase + this.macs++) & 0xffffff;
    return `BC:24:11:${value
      .toString(16)
      .toUpperCase()
      .padStart(6, '0')
      .replace(/(..)(?!$)/g, '$1:')}`;
  }

  /** The next host: an address in a /24, its gateway, and an address in a /64. */
  next(): HostAddresses {
    return this.host(this.hosts++);
  }

  /** The same addresses once more, for a world with conflicts. */
  again(): HostAddresses {
    return this.host(Math.max(0, this.hosts - 1));
  }

  private host(index: number): HostAddresses {
    const subnet = Math.floor(index / 250) % 256;
    const host = (index % 250) + 4;
    return {
      ipv4: `${this.networkPrefix}.${subnet}.${host}`,
      gateway: `${this.networkPrefix}.${subnet}.1`,
      ipv6: `${this.ipv6Prefix}:${(subnet + 1).toString(16)}::${(index + 16).toString(16)}`,
      gateway6: `${this.ipv6Prefix}:${(subnet + 1).toString(16)}::1`,
    };
  }
}

/** The link-local address that an interface makes of its MAC. */
export function linkLocal(mac: string): string {
  const bytes = mac.split(':').map(part => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return `fe80::${groups.map(group => group.toString(16)).join(':')}`;
}
