import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskLog, TaskStatus } from './answers/task';
import { ProxmoxError, ProxmoxNodeUnreachableError, ProxmoxNotFoundError, ProxmoxUnavailableError } from './errors';
import { failureReason, type FailureReason } from './failure-reason';

/**
 * How a task ended. `unknown`: the node has no such task, or its log has no end (crash, restart): read the guest to learn what was
 * done. `ok` is no proof either for tasks of HA-managed guests, which only request a state.
 */
export interface TaskResult {
  readonly upid: string;
  readonly outcome: 'ok' | 'warnings' | 'error' | 'unknown';
  /** As Proxmox says it: `OK`, `WARNINGS: 2`, an error text; `null` when there is none. */
  readonly exitStatus: string | null;
  readonly warnings: number;
  /** Why an `error` came, where the text is known. */
  readonly reason: FailureReason | null;
  /** The last lines of the log; empty when it could not be read. */
  readonly logTail: readonly string[];
}

export interface AwaitTaskOptions {
  /** Ends the wait, not the task. */
  readonly signal?: AbortSignal;
  /** Called after each look at a task that still runs, for example to send a heartbeat. */
  readonly onProgress?: (progress: { readonly upid: string; readonly looks: number }) => void;
}

interface TaskReader {
  taskStatus(upid: string, call: { signal?: AbortSignal }): Promise<TaskStatus>;
  taskLog(upid: string, range: { start?: number; limit?: number }, call: { signal?: AbortSignal }): Promise<TaskLog>;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Looks in a row that may fail because the node does not answer; then that failure is thrown, and the wait may be begun again. */
const PATIENCE = 5;
const TAIL_LINES = 20;

/** Looks at the task ever more rarely, from 0.2 to 5 s, until it has ended. */
export async function awaitTask(reader: TaskReader, upid: string, options: AwaitTaskOptions): Promise<TaskResult> {
  const call = options.signal ? { signal: options.signal } : {};
  let failures = 0;
  for (let looks = 1, pause = FIRST_PAUSE_MS; ; looks += 1, pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    try {
      const status = await reader.taskStatus(upid, call);
      if (!status.running) return { upid, ...judge(status.exitStatus), logTail: await tail(reader, upid, call) };
      failures = 0;
      options.onProgress?.({ upid, looks });
    } catch (error) {
      if (error instanceof ProxmoxNotFoundError) return { upid, ...judge(null), logTail: [] };
      failures += 1;
      if (!isPassing(error) || failures >= PATIENCE) throw error;
    }
    await sleep(pause, undefined, call).catch(() => options.signal?.throwIfAborted());
  }
}

function judge(exitStatus: string | null): Pick<TaskResult, 'outcome' | 'exitStatus' | 'warnings' | 'reason'> {
  const warnings = Number(/^WARNINGS: (\d+)$/.exec(exitStatus ?? '')?.[1] ?? 0);
  if (exitStatus === 'OK') return { outcome: 'ok', exitStatus, warnings, reason: null };
  if (warnings > 0) return { outcome: 'warnings', exitStatus, warnings, reason: null };
  if (exitStatus === null || exitStatus === 'unexpected status')
    return { outcome: 'unknown', exitStatus, warnings, reason: null };
  return { outcome: 'error', exitStatus, warnings, reason: failureReason(exitStatus) };
}

async function tail(reader: TaskReader, upid: string, call: { signal?: AbortSignal }): Promise<readonly string[]> {
  try {
    const head = await reader.taskLog(upid, { limit: TAIL_LINES }, call);
    if (head.total <= TAIL_LINES) return head.lines;
    return (await reader.taskLog(upid, { start: head.total - TAIL_LINES, limit: TAIL_LINES }, call)).lines;
  } catch (error) {
    // The log is an explanation only: how the task ended is known without it.
    if (error instanceof ProxmoxError) return [];
    throw error;
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ProxmoxUnavailableError || error instanceof ProxmoxNodeUnreachableError;
}
