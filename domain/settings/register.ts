import { defaultPolicy } from '../reflection/policy';
import { flagSettings } from './flags';
import { deletionSettings } from './deletion-settings';
import { intentSettings } from './intent-settings';
import { byPeople, everywhere, installation } from './layers';
import type { SettingLayer, SettingSpec, ValueOf } from './spec';

const seconds = { type: 'number', unit: 'seconds', min: 1, max: 3_600 } as const;
const days = { type: 'number', unit: 'days', min: 1, max: 3_650, group: 'Retention', layers: installation } as const;
const nextRun = { takesEffect: 'next-run' } as const;
const workerStart = { takesEffect: 'worker-start', layers: installation } as const;

/**
 * Every setting, once. Names are those of Proxbox where it has the setting; so are the defaults, except where measuring found better ones:
 * `proxmox_timeout` (5 there) and `proxbox_fetch_max_concurrency` (8 there, for the whole cluster).
 */
export const settings = {
  netbox_timeout: {
    ...seconds,
    ...workerStart,
    default: 120,
    group: 'NetBox',
    description: 'How long NetBox has to answer one request.',
  },
  proxmox_timeout: {
    ...seconds,
    ...nextRun,
    default: 30,
    group: 'Proxmox',
    layers: everywhere,
    description: 'How long Proxmox has to answer one request.',
  },
  proxbox_fetch_max_concurrency: {
    type: 'number',
    ...nextRun,
    unit: 'parallel reads',
    default: 4,
    min: 1,
    max: 64,
    group: 'Proxmox',
    layers: everywhere,
    description: 'How many reads one Proxmox node gets at once. More than 4 make a node slower.',
  },
  bulk_batch_size: {
    type: 'number',
    ...workerStart,
    unit: 'objects',
    default: 50,
    min: 1,
    max: 1_000,
    group: 'NetBox',
    description: 'How many objects one bulk request to NetBox has.',
  },
  netbox_write_concurrency: {
    type: 'number',
    ...workerStart,
    unit: 'parallel writes',
    default: 8,
    min: 1,
    max: 64,
    group: 'NetBox',
    description: 'Most requests that NetBox gets at once. How many it gets is found by measuring.',
  },
  netbox_settle_seconds: {
    ...seconds,
    ...workerStart,
    default: 20,
    group: 'NetBox',
    description: 'How long a write whose answer was lost may still take effect in NetBox.',
  },
  plan_change_limit_percent: {
    type: 'number',
    ...nextRun,
    unit: 'percent',
    default: defaultPolicy.planChangeLimitPercent,
    min: 0,
    max: 100,
    group: 'Safety',
    layers: everywhere,
    description: "A plan that creates or changes more than this share of an endpoint's guests waits for a person.",
  },
  ignore_ipv6_link_local_addresses: {
    type: 'flag',
    ...nextRun,
    default: defaultPolicy.ignoreIpv6LinkLocal,
    group: 'Addresses',
    layers: everywhere,
    description: 'Leave out addresses of fe80::/10.',
  },
  primary_ip_preference: {
    type: 'choice',
    ...nextRun,
    choices: ['ipv4', 'ipv6'],
    default: defaultPolicy.primaryIpPreference,
    group: 'Addresses',
    layers: everywhere,
    description: 'Which address becomes the primary one of a virtual machine that has both.',
  },
  sync_templates: {
    type: 'flag',
    ...nextRun,
    default: defaultPolicy.syncTemplates,
    group: 'Guests',
    layers: everywhere,
    description: 'Reflect templates, too.',
  },
  guest_agent_timeout: {
    ...seconds,
    ...nextRun,
    default: 15,
    group: 'Proxmox',
    layers: everywhere,
    description: 'How long a guest agent has to answer.',
  },
  reflect_guest_interfaces: {
    type: 'flag',
    ...nextRun,
    default: defaultPolicy.reflectGuestInterfaces,
    group: 'Guests',
    layers: everywhere,
    description: "Reflect interfaces that only the guest agent reports, beside the NICs of the guest's configuration.",
  },
  interface_exclude_names: {
    type: 'words',
    ...nextRun,
    default: defaultPolicy.interfaceExcludeNames,
    group: 'Guests',
    layers: everywhere,
    description: 'Names of guest interfaces that are never reflected.',
  },
  interface_exclude_prefixes: {
    type: 'words',
    ...nextRun,
    default: defaultPolicy.interfaceExcludePrefixes,
    group: 'Guests',
    layers: everywhere,
    description: 'Beginnings of names of guest interfaces that are never reflected.',
  },
  overwrite_human_status: {
    type: 'flag',
    ...nextRun,
    default: defaultPolicy.overwriteHumanStatus,
    group: 'Virtual machine',
    layers: everywhere,
    description: 'Overwrite a status that only a person can have set: planned, staged, failed, decommissioning.',
  },
  parse_description_metadata: {
    type: 'flag',
    ...nextRun,
    default: defaultPolicy.parseDescriptionMetadata,
    group: 'Virtual machine',
    layers: everywhere,
    description: "Fill an empty role, tenant or platform from the block of NetBox ids in a guest's description.",
  },
  other_tool_disabled: {
    type: 'flag',
    ...nextRun,
    default: defaultPolicy.otherToolDisabled,
    group: 'Safety',
    layers: everywhere,
    description: 'The jobs of the Proxbox plugin in NetBox are off, so that two tools do not write the same objects.',
  },
  run_retention_days: {
    ...days,
    ...nextRun,
    default: 90,
    description: 'How long ended runs are kept, with their plans and findings. The last ones of each endpoint stay in any case.',
  },
  observation_retention_days: {
    ...days,
    ...nextRun,
    default: 30,
    description: 'How long is kept what runs read from Proxmox.',
  },
  netbox_to_proxmox_enabled: {
    type: 'flag',
    ...nextRun,
    default: false,
    group: 'NetBox to Proxmox',
    layers: byPeople,
    description: 'Let changes in NetBox change guests in Proxmox. Needs the typed phrase in the same request.',
  },
  netbox_to_proxmox_typed_confirmation: {
    type: 'text',
    ...nextRun,
    default: '',
    group: 'NetBox to Proxmox',
    layers: byPeople,
    description: 'The phrase that was typed to switch it on. It is forgotten when it is switched off.',
  },
  ...intentSettings,
  ...deletionSettings,
  ...flagSettings,
} as const satisfies Readonly<Record<string, SettingSpec>>;

export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

/** A value of each. */
export type SettingValues = { readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]> };

/** The settings that can be decided in a layer. */
export type SettingOf<Layer extends SettingLayer> = {
  [Name in SettingName]: Layer extends (typeof settings)[Name]['layers'][number] ? Name : never;
}[SettingName];

/** What a layer says; about what is absent it says nothing. */
export type LayerValues<Layer extends SettingLayer = SettingLayer> = Partial<Pick<SettingValues, SettingOf<Layer>>>;

export const specOf = (name: SettingName): SettingSpec => settings[name];

export const isSettingOf = (layer: SettingLayer, name: string): name is SettingName =>
  Object.hasOwn(settings, name) && specOf(name as SettingName).layers.includes(layer);

/** The environment variable; undefined when no environment decides it. */
export function variableOf(name: SettingName): string | undefined {
  if (!isSettingOf('environment', name)) return undefined;
  return `PROXBOX_${name.replace(/^proxbox_/, '').toUpperCase()}`;
}
