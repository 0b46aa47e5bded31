/** Cloud-init documents of guests as files of a snippets storage: what Proxmox takes, and its API cannot be given. */
import { createHash, randomUUID } from 'node:crypto';
import { SnippetFolderError } from '../../clients/snippets/errors';
import type { StoredGuestChange } from '../../database/repositories/intent/changes';
import type { GuestChange } from '../../domain/intent/changes/guest-change';
import { snippetVolume } from '../../domain/intent/cloud-init/user-data';
import type { GuestPlan, PlannedFile } from '../../domain/intent/plan/guest-plan';
import type { PlanOptions } from '../../domain/intent/plan/options';
import { splitVolid } from '../../domain/proxmox/drive';
import type { SettingValues } from '../../domain/settings/register';
import { actorOf } from './audit';
import { endpointOf, type CallWork } from './call-work';
import type { IntentDeps } from './deps';
import { isFree } from './vmid';

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The snippets storage of an endpoint; null where nobody named one. */
export async function snippetsOf(
  { snippets }: Pick<IntentDeps, 'snippets'>,
  settings: SettingValues,
): Promise<PlanOptions['snippets']> {
  const { intent_snippets_storage: storage, intent_snippets_directory: directory } = settings;
  return storage === '' ? null : { storage, problem: await snippets.problemOf(directory) };
}

/** Keeps the documents that a plan makes files of, each as a secret of the plan: they may hold passwords, and the change itself is shown. */
export async function keepDocuments(
  { keepSecret }: Pick<IntentDeps, 'keepSecret'>,
  planId: string,
  change: GuestChange,
  plan: GuestPlan,
): Promise<GuestPlan> {
  const text = documentOf(change);
  if (plan.files.length === 0 || text === null) return plan;
  const secret = randomUUID();
  await keepSecret(planId, { id: secret, plain: text });
  return { ...plan, files: plan.files.map(file => ({ ...file, secret })) };
}

function documentOf(change: GuestChange): string | null {
  if (change.op === 'create') return change.vm.cloud_init_user_data;
  return change.op === 'update' ? (change.vm.cloud_init_user_data?.to ?? null) : null;
}

/** Puts the files of a change where its guest will look for them; a file that is there already is left as it is. Gives why that was not possible. */
export async function putDocuments(work: CallWork): Promise<string | null> {
  for (const file of work.plan.files) {
    const problem = await putDocument(work, file);
    if (problem !== null) return `The user data are not written: ${problem}`;
  }
  return null;
}

async function putDocument(work: CallWork, { volume, secret }: PlannedFile): Promise<string | null> {
  const { deps, change, plan, endpoint } = work;
  const settings = await deps.settings.ofEndpoint(endpoint);
  const { intent_snippets_storage: storage, intent_snippets_directory: directory } = settings;
  if (splitVolid(volume)[0] !== storage)
    return 'the endpoint has another snippets storage since the change was planned. Plan again.';
  const text = secret === null ? undefined : await deps.openSecret(change.planId, secret);
  if (text === undefined || snippetVolume(storage, plan.vmid ?? 0, text, sha256) !== volume) {
    return 'the document that was planned is not kept any more. Plan again.';
  }
  const name = volume.slice(volume.lastIndexOf('/') + 1);
  try {
    if ((await deps.snippets.read(directory, name)) === text) return null;
    await withAudit(work, { volume }, () => deps.snippets.write(directory, name, text));
    return null;
  } catch (error) {
    if (error instanceof SnippetFolderError) return `${error.message} See to the folder of intent_snippets_directory.`;
    throw error;
  }
}

/**
 * Takes away what was written for a guest that was not made. What was there before this change stays, as does everything while any guest has the VMID:
 * clones and snapshots name the file of the guest that they come from.
 */
export async function removeDocuments(deps: IntentDeps, change: StoredGuestChange, signal: AbortSignal): Promise<void> {
  const { plan, runId, vmid } = change;
  if (plan === null || runId === null || vmid === null || plan.files.length === 0) return;
  const written = await deps.audit.listIntents({ about: { runId }, detail: { change: change.id }, onlyOpen: false });
  if (!written.some(({ action }) => action === 'guest.snippet')) return;
  const endpoint = await endpointOf(deps, change);
  const reader = await deps.openReading(endpoint);
  try {
    if (!(await isFree(reader, vmid, signal))) return;
  } finally {
    await reader.close();
  }
  const { intent_snippets_storage: storage, intent_snippets_directory: directory } = await deps.settings.ofEndpoint(endpoint);
  for (const { volume } of plan.files.filter(file => splitVolid(file.volume)[0] === storage)) {
    const name = volume.slice(volume.lastIndexOf('/') + 1);
    await withAudit({ deps, change, plan, endpoint }, { volume, removed: true }, () => deps.snippets.remove(directory, name));
  }
}

/** A row before and a row after, as around each write to Proxmox. */
async function withAudit(
  work: Pick<CallWork, 'deps' | 'change' | 'plan' | 'endpoint'>,
  detail: { volume: string; removed?: true },
  write: () => Promise<void>,
): Promise<void> {
  const { deps, change, plan, endpoint } = work;
  const seq = await deps.audit.begin({
    action: 'guest.snippet',
    actor: await actorOf(work),
    object: { type: 'guest', id: `${plan.guest.kind}/${plan.vmid ?? ''}` },
    endpointId: endpoint.id,
    runId: change.runId,
    beforeDigest: null,
    afterDigest: null,
    reason: null,
    detail: { change: change.id, ...detail },
    requestId: null,
  });
  try {
    await write();
  } catch (error) {
    await deps.audit.complete(seq, {
      result: 'failed',
      afterDigest: null,
      reason: error instanceof Error ? error.message : 'failed',
    });
    throw error;
  }
  await deps.audit.complete(seq, { result: 'succeeded', afterDigest: null });
}
