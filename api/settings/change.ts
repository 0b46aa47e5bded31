import { inTransaction } from '../../database/queryable';
import {
  type GlobalSettings,
  loadGlobalSettings,
  lockGlobalSettings,
  saveGlobalSettings,
} from '../../database/repositories/settings';
import { decideIntentSwitch, type SettingsChange } from '../../domain/settings/intent-switch';
import type { ApiDatabase } from '../dependencies';
import { Problem } from '../errors';
import { requireMatch } from '../etag';

/** Changes what holds for the installation, all or nothing. */
export async function changeSettings(
  database: ApiDatabase,
  { caller, audit }: Pick<Express.Locals, 'caller' | 'audit'>,
  ifMatch: string,
  wanted: SettingsChange,
): Promise<GlobalSettings> {
  const change = withPhrase(wanted);
  const { values: before } = await loadGlobalSettings(database);
  return audit.effect(
    { action: 'settings.change', object: { type: 'settings', id: null }, before, detail: change },
    () =>
      inTransaction(database, async db => {
        const { version } = await lockGlobalSettings(db);
        requireMatch(ifMatch, version);
        await saveGlobalSettings(db, change, { version: version + 1, updatedBy: caller.name });
        return loadGlobalSettings(db);
      }),
    ({ values: after }) => ({ after }),
  );
}

function withPhrase(wanted: SettingsChange): SettingsChange {
  const decision = decideIntentSwitch(wanted);
  if ('change' in decision) return decision.change;
  const pointer = '/netbox_to_proxmox_typed_confirmation';
  throw new Problem('invalid-body', `${pointer}: ${decision.problem}`, { errors: [{ pointer, detail: decision.problem }] });
}
