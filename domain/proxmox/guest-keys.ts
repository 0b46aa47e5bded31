import { parseWhole } from './flag';
import { parsePropertyString, propertyValue } from './property-string';

/** Cloud-init addresses of one card (`ipconfigN` belongs to `netN`). */
export interface IpConfig {
  readonly index: number;
  /** CIDR, `dhcp`, `manual`. */
  readonly ip: string | null;
  readonly gw: string | null;
  /** CIDR, `auto`, `dhcp`, `manual`. */
  readonly ip6: string | null;
  readonly gw6: string | null;
}

export function parseIpConfig(index: number, text: string): IpConfig {
  const parts = parsePropertyString(text);
  return {
    index,
    ip: propertyValue(parts, 'ip') ?? null,
    gw: propertyValue(parts, 'gw') ?? null,
    ip6: propertyValue(parts, 'ip6') ?? null,
    gw6: propertyValue(parts, 'gw6') ?? null,
  };
}

/** Start order of the node; delays in seconds. `5` and `order=5` are the same. */
export interface Startup {
  readonly order: number | null;
  readonly up: number | null;
  readonly down: number | null;
}

export function parseStartup(text: string): Startup {
  const parts = parsePropertyString(text);
  return {
    order: parseWhole(propertyValue(parts, 'order', true)),
    up: parseWhole(propertyValue(parts, 'up')),
    down: parseWhole(propertyValue(parts, 'down')),
  };
}

/** Boot devices in order; `legacy` holds the old letters (`cdn`). A VM without a bootable device has `boot: " "`. */
export interface Boot {
  readonly order: readonly string[];
  readonly legacy: string | null;
}

export function parseBoot(text: string): Boot {
  const parts = parsePropertyString(text.trim());
  const order = propertyValue(parts, 'order');
  const legacy = propertyValue(parts, 'legacy', true);
  return { order: order === undefined ? [] : order.split(';').filter(device => device !== ''), legacy: legacy ?? null };
}

/** `smbios1`: the uuid in lower case, the other fields as stored (base64 when `base64` is set). */
export interface Smbios {
  readonly uuid: string | null;
  readonly base64: boolean;
  readonly fields: Readonly<Record<string, string>>;
}

export function parseSmbios(text: string): Smbios {
  const fields = Object.fromEntries(parsePropertyString(text).flatMap(({ key, value }) => (key === null ? [] : [[key, value]])));
  const { uuid, base64, ...rest } = fields;
  return { uuid: uuid?.toLowerCase() ?? null, base64: base64 === '1', fields: rest };
}

/** `meta`: written by Proxmox at creation and copied by a clone; `ctime` in seconds since 1970. */
export interface Meta {
  readonly ctime: number | null;
  readonly creationQemu: string | null;
}

export function parseMeta(text: string): Meta {
  const parts = parsePropertyString(text);
  return { ctime: parseWhole(propertyValue(parts, 'ctime')), creationQemu: propertyValue(parts, 'creation-qemu') ?? null };
}
