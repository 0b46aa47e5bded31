import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { MergeToStart } from '../activities/intent/lost-merges';
import { searchAttributes } from '../temporal/search-attributes';
import { intentMerge } from './intent-merge';
import { taskQueues } from './names';

/** Starts the workflow of a merge that has its row. False when somebody else has. */
export async function startMerge({ mergeId, workflowId, actor, summary }: MergeToStart): Promise<boolean> {
  try {
    await startChild(intentMerge, {
      workflowId,
      args: [{ mergeId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: summary,
      typedSearchAttributes: [
        { key: searchAttributes.runKind, value: 'intent-merge' },
        { key: searchAttributes.actor, value: actor },
      ],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
