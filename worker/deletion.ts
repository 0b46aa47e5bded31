import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { createDeletionActivities, type DeletionActivities } from '../activities/deletion/activities';
import { createNetBoxBranching } from '../clients/netbox/branching/client';
import type { Config } from '../config/config';
import { AuditChain } from '../database/audit-chain';
import { openAuditKey } from '../database/audit-key';
import { createDeletionStore } from '../database/deletion-store';
import type { Clients } from './clients';
import { explainFailure } from './explain-failure';
import { auditIn } from './intent';
import { standingOf } from './reconcile';

/** Puts deletion requests together: beside intent, the one place that is given the write credentials of guests. */
export async function composeDeletion(config: Config, pool: Pool, clients: Clients, client: Client): Promise<DeletionActivities> {
  return createDeletionActivities({
    store: createDeletionStore(pool),
    openReading: clients.openReading,
    openWriting: clients.openWriting,
    netbox: clients.netbox,
    branching: createNetBoxBranching(clients.netbox),
    publicUrl: config.publicUrl,
    mails: config.mail.url !== undefined,
    settings: clients.settings,
    audit: auditIn(new AuditChain(pool, await openAuditKey(config)), pool),
    standingOf: workflowId => standingOf(client, workflowId),
    explain: explainFailure,
  });
}
