import type { Settings } from '../config/settings';
import type { Endpoint } from '../database/repositories/endpoints';
import { overwriteFlags, type OverwriteFlag, type ReflectionPolicy } from '../domain/reflection/policy';

/** The settings of the installation with what the endpoint decides for itself. */
export function effectivePolicy(settings: Settings, endpoint: Endpoint): ReflectionPolicy {
  const own = endpoint.policy;
  return {
    flags: Object.fromEntries(overwriteFlags.map(flag => [flag, own[flag] ?? settings.overwrite[flag]])) as Record<
      OverwriteFlag,
      boolean
    >,
    allowWrites: endpoint.allowWrites,
    syncTemplates: own.syncTemplates ?? settings.syncTemplates,
    ignoreIpv6LinkLocal: own.ignoreIpv6LinkLocal ?? settings.ignoreIpv6LinkLocalAddresses,
    primaryIpPreference: own.primaryIpPreference ?? settings.primaryIpPreference,
    reflectGuestInterfaces: own.reflectGuestInterfaces ?? settings.reflectGuestInterfaces,
    interfaceExcludeNames: own.interfaceExcludeNames ?? [...settings.interfaceExcludeNames],
    interfaceExcludePrefixes: own.interfaceExcludePrefixes ?? [...settings.interfaceExcludePrefixes],
    overwriteHumanStatus: own.overwriteHumanStatus ?? settings.overwriteHumanStatus,
    planChangeLimitPercent: own.planChangeLimitPercent ?? settings.planChangeLimitPercent,
    otherToolDisabled: own.otherToolDisabled ?? settings.otherToolDisabled,
  };
}
