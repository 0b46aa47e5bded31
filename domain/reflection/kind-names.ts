/** The kinds that reflection keeps in NetBox, in the order in which they are written. */
export const reflectionKindNames = [
  'tag',
  'site',
  'cluster',
  'device',
  'vlan',
  'virtual-machine',
  'interface',
  'mac-address',
  'primary-mac',
  'primary-release',
  'ip-address',
  'primary-ip',
  'virtual-disk',
] as const;

export type ReflectionKindName = (typeof reflectionKindNames)[number];
