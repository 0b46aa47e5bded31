import { type Client, type WorkflowStartOptions, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { searchAttributes } from '../temporal/search-attributes';
import {
  type DeletionInput,
  type IntentApplyInput,
  type IntentMergeInput,
  type IntentPlanInput,
  type NetBoxLinkInput,
  type ProbeInput,
  type RunInput,
  taskQueues,
  workflowIds,
  workflowTypes,
} from '../workflows/names';

export interface FullSyncStart {
  runId: string;
  /** Who asked for it. */
  actor: string;
  dryRun: boolean;
  /** One line for the Web UI. */
  summary: string;
  /** The trace of the request that asked for it; the workflow's memo has it. */
  traceparent?: string | undefined;
}

export type IntentApplyStart = Omit<FullSyncStart, 'dryRun'>;

/** What only the worker can do or find out, since it alone speaks to Proxmox and NetBox. */
export type Question = {
  /** Who asks. */
  actor: string;
  /** One line for the Web UI. */
  summary: string;
} & (
  | { type: 'endpointProbe'; workflowId: string; input: ProbeInput; endpointId: string }
  | { type: 'netboxLink'; workflowId: string; input: NetBoxLinkInput }
  | { type: 'intentPlan'; workflowId: string; input: IntentPlanInput }
  | { type: 'intentMerge'; workflowId: string; input: IntentMergeInput }
);

export interface DeletionStart {
  requestId: string;
  endpointId: string;
  vmid: number;
  actor: string;
  /** The guest, in words. */
  about: string;
}

/** Of a workflow that is started once for its id, ever. */
type Start = Required<Pick<WorkflowStartOptions, 'workflowId' | 'args' | 'staticSummary' | 'typedSearchAttributes'>> &
  Pick<WorkflowStartOptions, 'memo'>;

async function startOnce(client: Client, type: string, start: Start): Promise<void> {
  try {
    await client.workflow.start(type, {
      ...start,
      taskQueue: taskQueues.control,
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

export function startFullSync(client: Client, { runId, actor, dryRun, summary, traceparent }: FullSyncStart): Promise<void> {
  const input: RunInput = { runId };
  return startOnce(client, workflowTypes.fullSync, {
    workflowId: workflowIds.fullSync(runId),
    args: [input],
    staticSummary: summary,
    ...(traceparent !== undefined && { memo: { traceparent } }),
    typedSearchAttributes: [
      { key: searchAttributes.runKind, value: 'full-sync' },
      { key: searchAttributes.actor, value: actor },
      { key: searchAttributes.state, value: 'pending' },
      { key: searchAttributes.dryRun, value: dryRun },
    ],
  });
}

export function startIntentApply(client: Client, { runId, actor, summary, traceparent }: IntentApplyStart): Promise<void> {
  const input: IntentApplyInput = { runId };
  return startOnce(client, workflowTypes.intentApply, {
    workflowId: workflowIds.intentApply(runId),
    args: [input],
    staticSummary: summary,
    ...(traceparent !== undefined && { memo: { traceparent } }),
    typedSearchAttributes: [
      { key: searchAttributes.runKind, value: 'intent-apply' },
      { key: searchAttributes.actor, value: actor },
      { key: searchAttributes.state, value: 'pending' },
    ],
  });
}

const questionKinds = {
  endpointProbe: 'endpoint-probe',
  netboxLink: 'netbox-link',
  intentPlan: 'intent-plan',
  intentMerge: 'intent-merge',
} as const satisfies Record<Question['type'], string>;

export function ask(client: Client, question: Question): Promise<void> {
  const { type, workflowId, input, actor, summary } = question;
  return startOnce(client, workflowTypes[type], {
    workflowId,
    args: [input],
    staticSummary: summary,
    typedSearchAttributes: [
      { key: searchAttributes.runKind, value: questionKinds[type] },
      { key: searchAttributes.actor, value: actor },
      ...(question.type === 'endpointProbe' ? [{ key: searchAttributes.endpoint, value: question.endpointId }] : []),
    ],
  });
}

/** A guest has one request after the other under one id. */
export async function startDeletion(client: Client, { requestId, endpointId, vmid, actor, about }: DeletionStart): Promise<void> {
  const input: DeletionInput = { requestId };
  await client.workflow.start(workflowTypes.deletionRequest, {
    workflowId: workflowIds.deletion(endpointId, vmid),
    taskQueue: taskQueues.control,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `Deletion request for ${about}, asked for by ${actor}`,
    staticDetails:
      'Approve, reject and cancel take the one-time code that the page, or `proxbox deletion code`, gives to whoever may decide.',
    typedSearchAttributes: [
      { key: searchAttributes.endpoint, value: endpointId },
      { key: searchAttributes.runKind, value: 'deletion-request' },
      { key: searchAttributes.actor, value: actor },
      { key: searchAttributes.vmid, value: vmid },
      { key: searchAttributes.state, value: 'pending' },
    ],
  });
}
