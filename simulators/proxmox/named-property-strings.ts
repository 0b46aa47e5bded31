import type { PropertyStringSchema } from './method-schema';

const ipConfig: PropertyStringSchema = {
  ip: { type: 'string', format: 'pve-ipv4-config', optional: 1 },
  gw: { type: 'string', format: 'ipv4', optional: 1, requires: 'ip' },
  ip6: { type: 'string', format: 'pve-ipv6-config', optional: 1 },
  gw6: { type: 'string', format: 'ipv6', optional: 1, requires: 'ip6' },
};
const BASE64 = '[A-Za-z0-9+\\/]+={0,2}';
const smbios: PropertyStringSchema = {
  uuid: { type: 'string', pattern: '[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}', optional: 1 },
  ...Object.fromEntries(
    ['version', 'serial', 'manufacturer', 'product', 'sku', 'family'].map(key => [
      key,
      { type: 'string', pattern: BASE64, optional: 1 },
    ]),
  ),
  base64: { type: 'boolean', optional: 1 },
};
const startup: PropertyStringSchema = {
  order: { type: 'integer', minimum: 0, default_key: 1, optional: 1 },
  up: { type: 'integer', minimum: 0, optional: 1 },
  down: { type: 'integer', minimum: 0, optional: 1 },
};
const boot: PropertyStringSchema = {
  legacy: { type: 'string', default_key: 1, pattern: '[acdn]{1,4}', optional: 1 },
  order: { type: 'string', optional: 1 },
};
const cicustom: PropertyStringSchema = Object.fromEntries(
  ['meta', 'network', 'user', 'vendor'].map(key => [key, { type: 'string', format: 'pve-volume-id', optional: 1 }]),
);
const rng: PropertyStringSchema = {
  source: { type: 'string', enum: ['/dev/urandom', '/dev/random', '/dev/hwrng'], default_key: 1 },
  max_bytes: { type: 'integer', optional: 1 },
  period: { type: 'integer', optional: 1 },
};
const watchdog: PropertyStringSchema = {
  model: { type: 'string', enum: ['i6300esb', 'ib700'], default_key: 1, optional: 1 },
  action: { type: 'string', enum: ['reset', 'shutdown', 'poweroff', 'pause', 'debug', 'none'], optional: 1 },
};

/** Grammars that the method tree knows only by name (Proxmox VE 9.2). */
export const namedPropertyStrings: Record<string, PropertyStringSchema> = {
  'pve-qm-ipconfig': ipConfig,
  'pve-qm-smbios1': smbios,
  'pve-startup-order': startup,
  'pve-qm-boot': boot,
  'pve-qm-cicustom': cicustom,
  'pve-qm-rng': rng,
  'pve-qm-watchdog': watchdog,
};
