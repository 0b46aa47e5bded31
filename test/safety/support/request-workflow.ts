import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { workflowIds } from '../../../workflows/names';
import type { SyncWorld } from '../../support/sync-world';
import type { Verdict } from './deletion-model';

/** Long enough for a machine that does much else. */
const restMs = 180_000;

/** The workflow of a guest's deletion requests, as whoever has Temporal reaches it. */
export class RequestWorkflow {
  constructor(
    private readonly client: SyncWorld['client'],
    private readonly endpointId: string,
    private readonly vmid: number,
  ) {}

  private get handle() {
    return this.client.workflow.getHandle(workflowIds.deletion(this.endpointId, this.vmid));
  }

  /** @returns undefined for a signal: whoever signals gets no answer. */
  async send(verdict: Verdict, code: string, as: 'update' | 'signal'): Promise<boolean | undefined> {
    if (as === 'update') return this.handle.executeUpdate<unknown, [string]>(verdict, { args: [code] }).then(() => true, orGone);
    await this.handle.signal(verdict, code).catch(orGone);
    return undefined;
  }

  async look(): Promise<void> {
    await this.handle.signal('look').catch(orGone);
  }

  async end(): Promise<void> {
    await this.handle.terminate('by hand').catch(orGone);
  }

  /** Ends it from outside, and has the reconciler find the open request that nobody works for. */
  async terminate(): Promise<void> {
    await this.end();
    await this.client.workflow.execute('reconcile', {
      workflowId: `reconcile/${randomUUID()}`,
      taskQueue: 'proxbox-control',
      args: [],
    });
  }

  /** Takes it back to one of its workflow tasks: what came after is done again. */
  async reset(which: number): Promise<void> {
    const { events } = await this.handle.fetchHistory();
    const tasks = (events ?? []).filter(event => event.workflowTaskCompletedEventAttributes);
    const at = tasks[which % Math.max(1, tasks.length)]?.eventId;
    if (at === undefined) return;
    await this.client.workflowService.resetWorkflowExecution({
      namespace: this.client.options.namespace,
      workflowExecution: { workflowId: this.handle.workflowId },
      workflowTaskFinishEventId: at,
      requestId: randomUUID(),
      reason: 'by hand',
    });
  }

  /** The child that destroys, started by somebody who knows the request's id. */
  async destroyByHand(requestId: string): Promise<void> {
    await this.client.workflow.execute('guestDestroy', {
      workflowId: workflowIds.guest(this.endpointId, this.vmid),
      taskQueue: 'proxbox-control',
      args: [{ requestId }],
    });
  }

  /** Waits until it has ended, or does nothing but wait. */
  async rest(): Promise<void> {
    const until = Date.now() + restMs;
    for (let pause = 50; ; pause = Math.min(1_000, pause * 1.7)) {
      const found = await this.handle.describe().catch(orGone);
      if (found === false || found.status.name !== 'RUNNING') return;
      const { pendingActivities, pendingChildren, pendingWorkflowTask: task } = found.raw;
      const children = pendingChildren?.map(child => child.workflowTypeName) ?? [];
      const activities =
        pendingActivities?.map(({ activityType, state, attempt }) => ({ ...activityType, state, attempt })) ?? [];
      if (children.length === 0 && activities.length === 0 && !task) return;
      if (Date.now() > until)
        throw new Error(`guest ${this.vmid}'s workflow does not come to rest: ${JSON.stringify({ children, activities, task })}`);
      await sleep(pause);
    }
  }
}

const orGone = (error: unknown): false => {
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return false;
  throw error;
};
