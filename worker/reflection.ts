import type { Pool } from 'pg';
import { createReflectionActivities, type ReflectionActivities } from '../activities/reflection/activities';
import { createSupportAhead } from '../activities/reflection/support-ahead';
import type { Config } from '../config/config';
import { createReflectionStore } from '../database/reflection-store';
import type { Clients } from './clients';
import { explainFailure } from './explain-failure';

/** Puts reflection together, with the read credentials alone. */
export function composeReflection(config: Config, pool: Pool, clients: Clients): ReflectionActivities {
  const { settings, shared, netbox } = clients;
  return createReflectionActivities({
    store: createReflectionStore(pool),
    openProxmox: clients.openReading,
    netbox,
    netboxUrl: config.netbox.url ?? '',
    publicUrl: config.publicUrl,
    supportAhead: createSupportAhead(netbox),
    policyOf: settings.policyOf,
    holdDays: async () => (await settings.ofInstallation()).intent_hold_days,
    explain: explainFailure,
    batchSize: shared.bulk_batch_size,
    settleMs: shared.netbox_settle_seconds * 1000,
  });
}
