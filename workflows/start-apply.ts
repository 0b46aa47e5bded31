import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { ApplyToStart } from '../activities/intent/branch-event';
import { searchAttributes } from '../temporal/search-attributes';
import { intentApply } from './intent-apply';
import { taskQueues } from './names';

/** Starts the workflow of a run that has its row. False when somebody else has. */
export async function startApply({ runId, workflowId, actor, summary }: ApplyToStart): Promise<boolean> {
  try {
    await startChild(intentApply, {
      workflowId,
      args: [{ runId }],
      taskQueue: taskQueues.control,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: summary,
      typedSearchAttributes: [
        { key: searchAttributes.runKind, value: 'intent-apply' },
        { key: searchAttributes.actor, value: actor },
        { key: searchAttributes.state, value: 'pending' },
      ],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
