import type { LayerValues, SettingValues } from '../../domain/settings/register';
import { readLayer } from '../../domain/settings/resolve';
import type { SettingsChange } from '../../domain/settings/intent-switch';
import type { Queryable } from '../queryable';

export interface GlobalSettings {
  /** Of those that are decided: names and values that this release does not know are left out. */
  values: LayerValues<'global'>;
  /** Rises with every change; 0 before the first. */
  version: number;
}

export async function loadGlobalSettings(db: Queryable): Promise<GlobalSettings> {
  const { rows } = await db.query<{ name: string; value: unknown; version: number }>('select name, value, version from setting');
  return {
    values: readLayer('global', Object.fromEntries(rows.map(({ name, value }) => [name, value]))),
    version: Math.max(0, ...rows.map(({ version }) => version)),
  };
}

/** The settings, which nobody else changes until the transaction ends. */
export async function lockGlobalSettings(db: Queryable): Promise<GlobalSettings> {
  await db.query('lock table setting in share row exclusive mode');
  return loadGlobalSettings(db);
}

/** Null goes back to the default. What is absent stays as it is. */
export async function saveGlobalSettings(
  db: Queryable,
  change: SettingsChange,
  { version, updatedBy }: { version: number; updatedBy: string },
): Promise<void> {
  await db.query(
    `insert into setting (name, value, version, updated_by)
     select key, value, $2, $3 from jsonb_each($1)
     on conflict (name) do update
       set value = excluded.value, version = excluded.version, updated_by = excluded.updated_by, updated_at = now()`,
    [JSON.stringify(change), version, updatedBy],
  );
}

/** What a run uses: what it found when this was first asked, or what is found now when it is the first to ask. */
export async function pinRunSettings(
  db: Queryable,
  runId: string,
  found: Partial<SettingValues>,
): Promise<Partial<SettingValues>> {
  const { rows } = await db.query<{ settings: Record<string, unknown> }>(
    'update run set settings = coalesce(settings, $2) where id = $1 returning settings',
    [runId, JSON.stringify(found)],
  );
  // Every setting can be one of the installation.
  return readLayer('global', rows[0]?.settings ?? found);
}
