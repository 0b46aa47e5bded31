import { TemporalUnavailableError } from '../../../api/errors';
import type { DecisionAnswer, Temporal } from '../../../api/temporal';
import type { DeletionStart, FullSyncStart, IntentApplyStart, Question } from '../../../api/temporal-starts';
import { RecordingSchedules } from './recording-schedules';

/** Notes what the API asks of Temporal, and can be down. */
export class RecordingTemporal implements Temporal {
  readonly started: string[] = [];
  /** Of the starts. */
  readonly traceparents: (string | undefined)[] = [];
  readonly asked: Question[] = [];
  readonly cancelled: string[] = [];
  readonly signalled: string[] = [];
  /** Workflows that could be cancelled. */
  readonly open = new Set<string>();
  down = false;
  /** Called when a start arrives: before its answer is lost, if Temporal is down. */
  onStart: (runId: string) => Promise<void> = async () => {};
  workers = 1;
  readonly schedules = new RecordingSchedules(() => this.refuseWhenDown());

  async startFullSync({ runId, traceparent }: FullSyncStart): Promise<void> {
    await this.onStart(runId);
    this.refuseWhenDown();
    this.started.push(runId);
    this.traceparents.push(traceparent);
  }

  async startIntentApply({ runId }: IntentApplyStart): Promise<void> {
    await this.onStart(runId);
    this.refuseWhenDown();
    this.started.push(runId);
  }

  /** Called when a signal arrives, before it is answered. */
  onSignal: () => Promise<void> = async () => {};

  async signal(workflowId: string, name: string): Promise<boolean> {
    await this.onSignal();
    this.refuseWhenDown();
    this.signalled.push(`${name} ${workflowId}`);
    return this.open.has(workflowId);
  }

  async startDeletion({ requestId }: DeletionStart): Promise<void> {
    this.refuseWhenDown();
    this.started.push(requestId);
  }

  /** What a workflow would say. */
  decisionAnswer: DecisionAnswer = { taken: true };

  async decideDeletion(): Promise<DecisionAnswer> {
    this.refuseWhenDown();
    return this.decisionAnswer;
  }

  async ask(question: Question): Promise<void> {
    this.refuseWhenDown();
    this.asked.push(question);
  }

  async cancel(workflowId: string): Promise<boolean> {
    this.refuseWhenDown();
    this.cancelled.push(workflowId);
    return this.open.has(workflowId);
  }

  async pollers(): Promise<number> {
    this.refuseWhenDown();
    return this.workers;
  }

  async lastPoll(): Promise<Date | undefined> {
    this.refuseWhenDown();
    return this.workers > 0 ? new Date() : undefined;
  }

  /** As new. */
  reset(): void {
    this.started.length = 0;
    this.traceparents.length = 0;
    this.asked.length = 0;
    this.cancelled.length = 0;
    this.signalled.length = 0;
    this.schedules.reset();
    this.open.clear();
    this.down = false;
    this.decisionAnswer = { taken: true };
    this.onStart = async () => {};
    this.onSignal = async () => {};
    this.workers = 1;
  }

  private refuseWhenDown(): void {
    if (this.down) throw new TemporalUnavailableError('connection refused', undefined);
  }
}
