import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  type ClientInterceptors,
  Connection,
  type ConnectionOptions,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { DeletionVerdict } from '../workflows/messages';
import { TemporalUnavailableError } from './errors';
import { createTemporalSchedules, type TemporalSchedules } from './schedules/temporal-schedules';
import { countPollers, lastPoll } from './temporal-pollers';
import {
  ask,
  type DeletionStart,
  type FullSyncStart,
  type IntentApplyStart,
  type Question,
  startDeletion,
  startFullSync,
  startIntentApply,
} from './temporal-starts';

/** What the API asks of Temporal. Every call is bounded in time and throws TemporalUnavailableError when it fails. */
export interface Temporal {
  /** Starts the workflow of a run that is already a row. May be repeated: a run has one workflow, ever. */
  startFullSync(run: FullSyncStart): Promise<void>;
  /** Starts the short workflow that answers a question which is already a row. May be repeated. */
  ask(question: Question): Promise<void>;
  /** Starts the workflow of a run that applies changes, and is already a row. May be repeated. */
  startIntentApply(run: IntentApplyStart): Promise<void>;
  /** Says something to a workflow. False when there is none that could hear it. */
  signal(workflowId: string, name: string): Promise<boolean>;
  /** Starts the workflow of a deletion request that is already a row, unless the guest has one that is open. */
  startDeletion(start: DeletionStart): Promise<void>;
  /** Hands the code of a decision to the workflow, and gives what it said. */
  decideDeletion(workflowId: string, verdict: DeletionVerdict, code: string): Promise<DecisionAnswer>;
  /** Asks a workflow to stop. False when there is none that could. */
  cancel(workflowId: string): Promise<boolean>;
  /** How many worker processes asked a queue for work lately. */
  pollers(taskQueue: string): Promise<number>;
  /** When a worker last asked a queue for work, by Temporal's clock; undefined when none did lately. */
  lastPoll(taskQueue: string): Promise<Date | undefined>;
  schedules: TemporalSchedules;
}

export type DecisionAnswer = { taken: true } | { taken: false; code: string; message: string };

const CALL_MS = 5_000;
/** A decision takes effect in a worker. */
const DECISION_MS = 20_000;
const FIRST_PAUSE_MS = 100;
/** Of gRPC. */
const UNAVAILABLE = 14;

export interface OpenTemporal {
  temporal: Temporal;
  close(): Promise<void>;
}

/**
 * A connection that is made when it is first needed, and again when it breaks. Retries are ours: those of the SDK go on after their deadline,
 * and end the process when they meet a closed connection.
 */
export function openTemporal(options: ConnectionOptions, namespace: string, interceptors: ClientInterceptors = {}): OpenTemporal {
  const channelArgs = { 'grpc.max_reconnect_backoff_ms': CALL_MS };
  const connection = Connection.lazy({ ...options, interceptors: [], channelArgs });
  return { temporal: createTemporal(new Client({ connection, namespace, interceptors })), close: () => connection.close() };
}

/** On a client that somebody else opened, and closes only when nothing is under way. */
export function createTemporal(client: Client): Temporal {
  const call = <T>(work: () => Promise<T>): Promise<T> => callWithin(CALL_MS, client, work);
  return {
    startFullSync: run => call(() => startFullSync(client, run)),
    startIntentApply: run => call(() => startIntentApply(client, run)),
    signal: (workflowId, name) => call(() => signal(client, workflowId, name)),
    startDeletion: deletion => call(() => startDeletion(client, deletion)),
    decideDeletion: (workflowId, verdict, code) =>
      callWithin(DECISION_MS, client, () => decideDeletion(client, workflowId, verdict, code)),
    ask: question => call(() => ask(client, question)),
    cancel: workflowId => call(() => cancel(client, workflowId)),
    pollers: taskQueue => call(() => countPollers(client, taskQueue)),
    lastPoll: taskQueue => call(() => lastPoll(client, taskQueue)),
    schedules: createTemporalSchedules(client, call),
  };
}

/** Repeats what failed for want of a connection, as long as there is time. */
async function callWithin<T>(ms: number, client: Client, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + ms;
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    try {
      return await client.withDeadline(deadline, work);
    } catch (error) {
      if (!isUnavailable(error) || Date.now() + pause > deadline) throw new TemporalUnavailableError(reasonOf(error), error);
      await sleep(pause);
    }
  }
}

async function decideDeletion(
  client: Client,
  workflowId: string,
  verdict: DeletionVerdict,
  code: string,
): Promise<DecisionAnswer> {
  try {
    await client.workflow.getHandle(workflowId).executeUpdate(verdict, { args: [code] });
    return { taken: true };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { taken: false, code: 'gone', message: 'The workflow is gone.' };
    if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
    // Of Temporal itself: the workflow was ended while it worked on the decision.
    if (error.cause.type === 'AcceptedUpdateCompletedWorkflow')
      return { taken: false, code: 'gone', message: error.cause.message };
    return { taken: false, code: error.cause.type ?? 'refused', message: error.cause.message };
  }
}

async function signal(client: Client, workflowId: string, name: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(name);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function cancel(client: Client, workflowId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    // A request to cancel a closed workflow is answered as if it had been taken.
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return false;
    await handle.cancel();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

function isUnavailable(error: unknown): boolean {
  if (isGrpcServiceError(error)) return Number(error.code) === UNAVAILABLE;
  return error instanceof Error && error.cause !== undefined && isUnavailable(error.cause);
}

/** The words of the server, which the SDK keeps in the cause of its own error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'details' in error && typeof error.details === 'string' && error.details !== '' ? error.details : error.message;
}
