import { randomBytes } from 'node:crypto';
import { type Client, ScheduleAlreadyRunning } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createIntentActivities, type IntentActivities } from '../activities/intent/activities';
import type { DeletionAudit } from '../activities/deletion/deps';
import type { IntentAudit, IntentDeps } from '../activities/intent/deps';
import { installNetBoxHook, type NetBoxHookDeps } from '../activities/intent/netbox-hook';
import { createNetBoxBranching } from '../clients/netbox/branching/client';
import { createNetBoxHooks } from '../clients/netbox/hooks';
import { createSnippetFolders } from '../clients/snippets/folders';
import type { Config } from '../config/config';
import { AuditChain, type AuditOutcome } from '../database/audit-chain';
import { AuditIntentClosedError } from '../database/audit-errors';
import type { AuditEntry, AuditResult } from '../domain/audit/record';
import { openAuditKey } from '../database/audit-key';
import { createIntentStore } from '../database/intent-store';
import { listAudit, listIntentsAbout, readAuditAfter } from '../database/repositories/audit';
import { keepHookSecret } from '../database/repositories/intent/hook';
import { keepIntentSecret, openIntentSecret } from '../database/repositories/intent/secrets';
import type { SecretBox } from '../database/secrets';
import { searchAttributes } from '../temporal/search-attributes';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/names';
import type { Clients } from './clients';
import { explainFailure } from './explain-failure';
import { standingOf } from './reconcile';

/** Puts intent together: the one place that is given the write credentials of guests. */
export async function composeIntent(
  config: Config,
  pool: Pool,
  secrets: SecretBox,
  clients: Clients,
  client: Client,
  stopping: AbortSignal,
): Promise<IntentActivities> {
  return createIntentActivities({
    store: createIntentStore(pool),
    openReading: clients.openReading,
    openWriting: clients.openWriting,
    netbox: clients.netbox,
    branching: createNetBoxBranching(clients.netbox),
    netboxUrl: config.netbox.url ?? '',
    installHook: hookOf(config, pool, secrets, clients),
    stopping,
    standingOf: workflowId => standingOf(client, workflowId),
    workflowIdOf: workflowIds.intentApply,
    mergeWorkflowIdOf: workflowIds.intentMerge,
    settings: clients.settings,
    openSecret: (planId, id) => openIntentSecret(pool, secrets, planId, id),
    keepSecret: (planId, { id, plain }) => keepIntentSecret(pool, secrets, { id, planId, plain }),
    snippets: createSnippetFolders(config.snippetsDir),
    audit: auditIn(new AuditChain(pool, await openAuditKey(config)), pool),
    explain: explainFailure,
  });
}

function hookOf({ publicUrl }: Config, pool: Pool, secrets: SecretBox, { netbox }: Clients): IntentDeps['installHook'] {
  if (publicUrl === undefined) return async () => ({ kind: 'no-public-url' });
  const deps: NetBoxHookDeps = {
    // Two installations at one NetBox are called each at its own address.
    name: `Proxbox at ${new URL(publicUrl).host.slice(0, 100)}`,
    hooks: createNetBoxHooks(netbox),
    branching: createNetBoxBranching(netbox),
    hookUrl: `${publicUrl}/hooks/netbox`,
    verifyTls: publicUrl.startsWith('https:'),
    secret: () => keepHookSecret(pool, secrets, randomBytes(32).toString('hex')),
  };
  return () => installNetBoxHook(deps);
}

/** Has somebody watch NetBox's branches at all times: a watch that ended, for whatever reason, is followed by another one within a minute. */
export async function scheduleWatch(client: Client, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: workflowIds.watch,
      spec: { intervals: [{ every: '1 minute' }] },
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.watch,
        workflowId: workflowIds.watch,
        taskQueue: taskQueues.control,
        staticSummary: "Watches NetBox's branches, and starts what is merged for Proxmox",
        typedSearchAttributes: [{ key: searchAttributes.runKind, value: 'watch' }],
      },
      policies: { overlap: 'SKIP', catchupWindow: '1 minute' },
    });
    await client.schedule.getHandle(workflowIds.watch).trigger('SKIP');
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return;
    log.warn({ err: error }, `the Schedule ${workflowIds.watch} could not be made: merged branches are not applied`);
  }
}

/** Where activities note what they do to guests. */
export function auditIn(chain: AuditChain, pool: Pool): IntentAudit & DeletionAudit {
  return {
    note: async (entry: AuditEntry, result: AuditResult = 'succeeded') => void (await chain.note(entry, result)),
    begin: async entry => (await chain.begin(entry)).seq,
    listIntents: filter => listIntentsAbout(pool, filter),
    whoApplied: async runId => {
      const { rows } = await listAudit(pool, { action: 'intent.apply', runId }, { before: undefined, limit: 1 });
      return rows[0]?.actor;
    },
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
