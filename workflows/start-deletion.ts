import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { OpenedDeletion } from '../activities/deletion/open';
import { searchAttributes } from '../temporal/search-attributes';
import { deletionRequest } from './deletion-request';
import { taskQueues, workflowIds } from './names';

/** A guest has one open request: a workflow that was started meanwhile is left alone. */
export async function startDeletion({ requestId, endpointId, vmid, about }: OpenedDeletion, how: string): Promise<void> {
  try {
    await startChild(deletionRequest, {
      workflowId: workflowIds.deletion(endpointId, vmid),
      args: [{ requestId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Deletion request for ${about}, ${how}`,
      typedSearchAttributes: [
        { key: searchAttributes.endpoint, value: endpointId },
        { key: searchAttributes.runKind, value: 'deletion-request' },
        { key: searchAttributes.vmid, value: vmid },
      ],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
