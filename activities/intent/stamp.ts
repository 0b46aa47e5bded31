/** What NetBox shows of what became of a change: two custom fields, the VMID of a new guest, and a journal entry. */
import { log } from '@temporalio/activity';
import { NetBoxError, NetBoxNotFoundError, NetBoxValidationError } from '../../clients/netbox/errors';
import type { ChangeState, StoredGuestChange } from '../../database/repositories/intent/changes';
import type { IntentState } from '../../domain/intent/custom-fields';
import { redactText } from '../../domain/redaction';
import { textIn } from '../../domain/reflection/kind';
import { changeOf } from './call-work';
import { ensureIntentFields } from './custom-fields';
import type { IntentDeps } from './deps';

const vmPath = 'virtualization/virtual-machines';
const journalPath = 'extras/journal-entries';

const shownAs: Partial<Record<ChangeState, IntentState>> = {
  applied: 'applied',
  unchanged: 'applied',
  refused: 'failed',
  failed: 'failed',
  partly_applied: 'drifted',
  unknown_outcome: 'failed',
  cancelled: 'pending',
  deletion_requested: 'pending_deletion',
};

/** What NetBox refuses here changes nothing about what was done: it is logged, and told in the change's row. */
export async function stampChange(deps: IntentDeps, changeId: string): Promise<void> {
  const change = await changeOf(deps, changeId);
  const state = shownAs[change.state];
  if (change.netboxId === null || state === undefined) return;
  try {
    await setFields(deps, change, state);
    await writeJournal(deps, change);
    await deps.store.noteStamped(changeId);
  } catch (error) {
    if (error instanceof NetBoxNotFoundError) return;
    if (!(error instanceof NetBoxError) || deps.explain(error).retryable) throw error;
    log.warn('NetBox was not told of a change', { change: changeId, error });
  }
}

/** The installation, or the branch, is not meant for changes: then NetBox is left alone as well. */
const shut = new Set(['intent_disabled', 'intent_phrase_missing', 'branch_not_opted_in']);

/** Tells NetBox of the changes of a run that were refused before they had a turn. */
export async function stampRefusals(
  deps: IntentDeps,
  runId: string,
  beat: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const plan = await deps.store.findPlanOfRun(runId);
  const rows = plan ? await deps.store.listUntoldRefusals(plan.id) : [];
  for (const [index, { id, reason }] of rows.entries()) {
    signal.throwIfAborted();
    beat(`${index} of ${rows.length} refusals are told`);
    if (!shut.has(reason ?? '')) await stampChange(deps, id);
  }
}

async function setFields(deps: IntentDeps, change: StoredGuestChange, state: IntentState): Promise<void> {
  const isBorn = change.op === 'create' && change.state === 'applied';
  const fields = {
    proxbox_intent_state: state,
    proxbox_last_apply_run_id: change.runId,
    ...(isBorn && { proxmox_vm_id: change.vmid }),
  };
  const write = (): Promise<unknown> =>
    deps.netbox.update(
      vmPath,
      change.netboxId ?? 0,
      { custom_fields: fields },
      { changelogMessage: `Apply run ${change.runId}` },
    );
  try {
    await write();
  } catch (error) {
    if (!(error instanceof NetBoxValidationError)) throw error;
    // The fields are not there yet, or somebody took them away.
    await ensureIntentFields(deps);
    await write();
  }
}

const kinds: Partial<Record<ChangeState, string>> = {
  applied: 'success',
  unchanged: 'info',
  cancelled: 'info',
  deletion_requested: 'info',
};

/** Once for each change: a repeated attempt finds its entry. */
async function writeJournal({ netbox, store }: IntentDeps, change: StoredGuestChange): Promise<void> {
  const mark = `- change: ${change.id}`;
  const about = { assigned_object_type: 'virtualization.virtualmachine', assigned_object_id: change.netboxId };
  const entries = await netbox.listAll(journalPath, {
    filters: { assigned_object_id: change.netboxId ?? 0 },
    fields: ['comments'],
  });
  if (entries.some(entry => textIn(entry['comments']).includes(mark))) return;
  const upids = (await store.listCalls(change.id)).flatMap(({ upid }) => upid ?? []);
  const endpoint = change.endpointId === null ? undefined : await store.findEndpoint(change.endpointId);
  const lines = [
    'Proxbox applied a change to Proxmox.',
    '',
    `- verb: intent_${change.op}_${change.kind}`,
    `- result: ${change.state}`,
    ...(change.reason === null ? [] : [`- reason: ${change.reason}`]),
    ...upids.map(upid => `- proxmox_task_upid: ${upid}`),
    `- endpoint: ${endpoint?.name ?? 'gone'} (id=${change.endpointId ?? ''})`,
    `- target_vmid: ${change.vmid ?? ''}`,
    `- run_uuid: ${change.runId ?? ''}`,
    mark,
    ...(change.message === null ? [] : ['', redactText(change.message)]),
  ];
  await netbox.create(journalPath, { ...about, kind: kinds[change.state] ?? 'warning', comments: lines.join('\n') });
}
