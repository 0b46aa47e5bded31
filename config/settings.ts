import { z } from 'zod';
import { flag, oneOf, wholeNumber, wordList } from './variables';
import type { OverwriteFlagValues } from './overwrite-flags';

/** What an operator may tune. Names are those of Proxbox, so that people who know it feel at home; times are in seconds. */
export interface Settings {
  /** Seconds that NetBox has to answer one request. */
  netboxTimeout: number;
  /** Seconds that Proxmox has to answer one request. */
  proxmoxTimeout: number;
  /** Parallel reads per Proxmox node; more than 4 makes a node slower. */
  fetchMaxConcurrency: number;
  /** Objects in one bulk request to NetBox. */
  bulkBatchSize: number;
  /** Ceiling of parallel writes to NetBox; how many are used is found by measuring. */
  netboxWriteConcurrency: number;
  /** Seconds within which a write whose answer was lost may still take effect in NetBox. */
  netboxSettleSeconds: number;
  /** A plan that creates or changes more than this share of an endpoint's guests waits for a person. */
  planChangeLimitPercent: number;
  /** Leave out addresses of fe80::/10. */
  ignoreIpv6LinkLocalAddresses: boolean;
  primaryIpPreference: 'ipv4' | 'ipv6';
  /** Reflect templates, too. */
  syncTemplates: boolean;
  /** Seconds that a guest agent has to answer. */
  guestAgentTimeout: number;
  /** Reflect interfaces that only the guest agent reports, beside the NICs of the guest's config. */
  reflectGuestInterfaces: boolean;
  /** Names of guest interfaces that are never reflected. */
  interfaceExcludeNames: readonly string[];
  /** Prefixes of such names. */
  interfaceExcludePrefixes: readonly string[];
  /** Overwrite a status that a person set in NetBox (one that reflection never sets). */
  overwriteHumanStatus: boolean;
  /** A person has said that the Proxbox plugin's own jobs are off, so that two tools do not write the same objects. */
  otherToolDisabled: boolean;
  overwrite: OverwriteFlagValues;
}

const seconds = (fallback: number, max = 3600) => wholeNumber(fallback, { min: 1, max, what: 'a whole number of seconds' });

const DEFAULT_EXCLUDED_PREFIXES = ['docker', 'br-', 'veth', 'cni', 'cali', 'flannel', 'virbr', 'lo'];

/** The environment variables of the settings. */
export const settingsSchema = z
  .object({
    PROXBOX_NETBOX_TIMEOUT: seconds(120),
    PROXBOX_PROXMOX_TIMEOUT: seconds(30),
    PROXBOX_FETCH_MAX_CONCURRENCY: wholeNumber(4, { min: 1, max: 64, what: 'a whole number of parallel reads' }),
    PROXBOX_BULK_BATCH_SIZE: wholeNumber(50, { min: 1, max: 1000, what: 'a whole number of objects' }),
    PROXBOX_NETBOX_WRITE_CONCURRENCY: wholeNumber(8, { min: 1, max: 64, what: 'a whole number of parallel writes' }),
    PROXBOX_NETBOX_SETTLE_SECONDS: seconds(20),
    PROXBOX_PLAN_CHANGE_LIMIT_PERCENT: wholeNumber(20, { min: 0, max: 100, what: 'a whole number of percent' }),
    PROXBOX_IGNORE_IPV6_LINK_LOCAL_ADDRESSES: flag(true),
    PROXBOX_PRIMARY_IP_PREFERENCE: oneOf(['ipv4', 'ipv6'], 'ipv4'),
    PROXBOX_SYNC_TEMPLATES: flag(true),
    PROXBOX_GUEST_AGENT_TIMEOUT: seconds(15),
    PROXBOX_REFLECT_GUEST_INTERFACES: flag(false),
    PROXBOX_INTERFACE_EXCLUDE_NAMES: wordList([]),
    PROXBOX_INTERFACE_EXCLUDE_PREFIXES: wordList(DEFAULT_EXCLUDED_PREFIXES),
    PROXBOX_OVERWRITE_HUMAN_STATUS: flag(false),
    PROXBOX_OTHER_TOOL_DISABLED: flag(false),
  })
  .transform((env): Omit<Settings, 'overwrite'> => ({
    netboxTimeout: env.PROXBOX_NETBOX_TIMEOUT,
    proxmoxTimeout: env.PROXBOX_PROXMOX_TIMEOUT,
    fetchMaxConcurrency: env.PROXBOX_FETCH_MAX_CONCURRENCY,
    bulkBatchSize: env.PROXBOX_BULK_BATCH_SIZE,
    netboxWriteConcurrency: env.PROXBOX_NETBOX_WRITE_CONCURRENCY,
    netboxSettleSeconds: env.PROXBOX_NETBOX_SETTLE_SECONDS,
    planChangeLimitPercent: env.PROXBOX_PLAN_CHANGE_LIMIT_PERCENT,
    ignoreIpv6LinkLocalAddresses: env.PROXBOX_IGNORE_IPV6_LINK_LOCAL_ADDRESSES,
    primaryIpPreference: env.PROXBOX_PRIMARY_IP_PREFERENCE,
    syncTemplates: env.PROXBOX_SYNC_TEMPLATES,
    guestAgentTimeout: env.PROXBOX_GUEST_AGENT_TIMEOUT,
    reflectGuestInterfaces: env.PROXBOX_REFLECT_GUEST_INTERFACES,
    interfaceExcludeNames: env.PROXBOX_INTERFACE_EXCLUDE_NAMES,
    interfaceExcludePrefixes: env.PROXBOX_INTERFACE_EXCLUDE_PREFIXES,
    overwriteHumanStatus: env.PROXBOX_OVERWRITE_HUMAN_STATUS,
    otherToolDisabled: env.PROXBOX_OTHER_TOOL_DISABLED,
  }));
