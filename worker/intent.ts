import type { Pool } from 'pg';
import { createIntentActivities, type IntentActivities } from '../activities/intent/activities';
import type { IntentAudit } from '../activities/intent/deps';
import type { Config } from '../config/config';
import { AuditChain, type AuditOutcome } from '../database/audit-chain';
import { AuditIntentClosedError } from '../database/audit-errors';
import { openAuditKey } from '../database/audit-key';
import { createIntentStore } from '../database/intent-store';
import { readAuditAfter } from '../database/repositories/audit';
import { openIntentSecret } from '../database/repositories/intent/secrets';
import type { SecretBox } from '../database/secrets';
import type { Clients } from './clients';
import { explainFailure } from './explain-failure';

/** Puts intent together: the one place that is given the write credentials of guests. */
export async function composeIntent(config: Config, pool: Pool, secrets: SecretBox, clients: Clients): Promise<IntentActivities> {
  return createIntentActivities({
    store: createIntentStore(pool),
    openReading: clients.openReading,
    openWriting: clients.openWriting,
    netbox: clients.netbox,
    settings: clients.settings,
    openSecret: (planId, id) => openIntentSecret(pool, secrets, planId, id),
    audit: auditIn(new AuditChain(pool, await openAuditKey(config)), pool),
    explain: explainFailure,
  });
}

function auditIn(chain: AuditChain, pool: Pool): IntentAudit {
  return {
    begin: async entry => (await chain.begin(entry)).seq,
    complete: async (seq: number, outcome: AuditOutcome) => {
      const [intent] = await readAuditAfter(pool, seq - 1, 1);
      if (intent?.seq !== seq) return;
      await chain.complete(intent, outcome).catch((error: unknown) => {
        // An earlier attempt said it.
        if (!(error instanceof AuditIntentClosedError)) throw error;
      });
    },
  };
}
