import type { Pool } from 'pg';
import { loadGlobalSettings, pinRunSettings } from '../database/repositories/settings';
import type { Endpoint } from '../database/repositories/endpoints';
import { overwriteFlags, type OverwriteFlag, type ReflectionPolicy } from '../domain/reflection/policy';
import { type LayerValues, type SettingName, settings, type SettingValues } from '../domain/settings/register';
import { effectiveValues, readLayer } from '../domain/settings/resolve';

/** The settings of this installation, read when they are needed: what people change holds without a restart. */
export interface WorkerSettings {
  /** What holds for all endpoints, now. */
  ofInstallation(): Promise<SettingValues>;
  /** What holds for an endpoint, now. */
  ofEndpoint(endpoint: Endpoint): Promise<SettingValues>;
  /** What reflection may do in a run: as its first activity found it, so that a run has one policy from its start to its end. */
  policyOf(endpoint: Endpoint, run: { id: string }): Promise<ReflectionPolicy>;
}

/** @param environment what the environment of this process says. */
export function createWorkerSettings(pool: Pick<Pool, 'query'>, environment: LayerValues<'environment'>): WorkerSettings {
  const globalNow = async (): Promise<LayerValues<'global'>> => (await loadGlobalSettings(pool)).values;
  const ofEndpoint = async ({ policy }: Endpoint): Promise<SettingValues> =>
    effectiveValues({ environment, global: await globalNow(), endpoint: readLayer('endpoint', policy) });

  return {
    ofInstallation: async () => effectiveValues({ environment, global: await globalNow() }),
    ofEndpoint,
    async policyOf(endpoint, run) {
      const found = await ofEndpoint(endpoint);
      const pinned = await pinRunSettings(pool, run.id, ofRuns(found));
      return policyFrom({ ...found, ...pinned }, endpoint.allowWrites);
    },
  };
}

/** Without what is read when the worker starts. */
const ofRuns = (values: SettingValues): Partial<SettingValues> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => settings[name as SettingName].takesEffect === 'next-run'));

const policyFrom = (values: SettingValues, allowWrites: boolean): ReflectionPolicy => ({
  flags: Object.fromEntries(overwriteFlags.map(flag => [flag, values[flag]])) as Record<OverwriteFlag, boolean>,
  allowWrites,
  syncTemplates: values.sync_templates,
  ignoreIpv6LinkLocal: values.ignore_ipv6_link_local_addresses,
  primaryIpPreference: values.primary_ip_preference,
  reflectGuestInterfaces: values.reflect_guest_interfaces,
  interfaceExcludeNames: [...values.interface_exclude_names],
  interfaceExcludePrefixes: [...values.interface_exclude_prefixes],
  overwriteHumanStatus: values.overwrite_human_status,
  parseDescriptionMetadata: values.parse_description_metadata,
  planChangeLimitPercent: values.plan_change_limit_percent,
  otherToolDisabled: values.other_tool_disabled,
});
