import type { Client } from '@temporalio/client';

/** A worker asks again at least once a minute. */
const POLLER_SEEN_WITHIN_MS = 90_000;
/** Of `temporal.api.enums.v1.TaskQueueType`. */
const QUEUE_TYPES = [1, 2] as const;

export async function countPollers(client: Client, taskQueue: string): Promise<number> {
  const seenAfter = Date.now() - POLLER_SEEN_WITHIN_MS;
  const recent = (await pollersOf(client, taskQueue)).filter(({ polled }) => polled > seenAfter);
  return new Set(recent.map(({ identity }) => identity)).size;
}

export async function lastPoll(client: Client, taskQueue: string): Promise<Date | undefined> {
  const polls = (await pollersOf(client, taskQueue)).map(({ polled }) => polled);
  return polls.length === 0 ? undefined : new Date(Math.max(...polls));
}

/** Who asked a queue for work within the last minutes, and when, in milliseconds of Temporal's clock. */
async function pollersOf(client: Client, taskQueue: string): Promise<{ identity: string; polled: number }[]> {
  const answers = await Promise.all(
    QUEUE_TYPES.map(taskQueueType =>
      client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: taskQueue },
        taskQueueType,
      }),
    ),
  );
  return answers
    .flatMap(({ pollers }) => pollers ?? [])
    .map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      polled: Number(lastAccessTime?.seconds ?? 0) * 1_000 + (lastAccessTime?.nanos ?? 0) / 1_000_000,
    }));
}
