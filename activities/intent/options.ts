import { parseDocument } from 'yaml';
import type { PlanLimits } from '../../domain/intent/checks/world';
import type { ParsedUserData } from '../../domain/intent/cloud-init/user-data';
import type { PlanOptions } from '../../domain/intent/plan/options';
import type { Json } from '../../domain/json';
import type { SettingValues } from '../../domain/settings/register';

/** What planning reads of an endpoint's settings, and what else it needs. */
export const planOptions = (
  settings: SettingValues,
  given: Pick<PlanOptions, 'tagSlugs' | 'snippets' | 'sha256'>,
): PlanOptions => ({
  ...given,
  tags: settings.intent_tags,
  embedMetadata: settings.embed_description_metadata,
  storage: settings.intent_storage || null,
  bridge: settings.intent_bridge || null,
  fullClone: settings.intent_full_clone,
  pool: settings.intent_pool || null,
  parseUserData,
});

/** 0 is no limit. */
export const planLimits = (settings: SettingValues): PlanLimits => ({
  changesPerRun: settings.intent_most_changes || null,
  percentOfGuests: settings.intent_most_percent || null,
  guests: settings.intent_quota_guests || null,
  vcpus: settings.intent_quota_vcpus || null,
  memoryMib: settings.intent_quota_memory_mib || null,
  diskMib: settings.intent_quota_disk_mib || null,
});

/** YAML, without what only a program could mean by it: aliases are few, and there are no objects of a language. */
export function parseUserData(text: string): ParsedUserData {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    return { ok: false, message: error.message, line };
  }
  try {
    return { ok: true, value: JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null)) as Json };
  } catch (failure) {
    return { ok: false, message: failure instanceof Error ? failure.message : 'it cannot be read', line: null };
  }
}
