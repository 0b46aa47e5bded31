import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ReflectionActivities } from '../activities/reflection/activities';
import type { ReflectionKindName } from '../domain/reflection/kind-names';
import type { RunReason, RunState } from '../domain/run';
import { searchAttributes } from '../temporal/search-attributes';
import { taskQueues, type RunInput } from './names';

const quick = proxyActivities<ReflectionActivities>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '10 minutes',
});

/**
 * Long work beats every two seconds: a dead worker is noticed within ten. Upstream's bad minutes are waited for. A cancelled run ends
 * when its last request has.
 */
const patient = {
  taskQueue: taskQueues.reflect,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '6 hours',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds', maximumAttempts: 10 },
} as const;

const observing = proxyActivities<ReflectionActivities>({
  ...patient,
  retry: { ...patient.retry, maximumAttempts: 4 },
  summary: 'Read Proxmox',
});
const planning = proxyActivities<ReflectionActivities>({ ...patient, summary: 'Read NetBox and compare' });
const verifying = proxyActivities<ReflectionActivities>({ ...patient, summary: 'Check that NetBox shows every guest' });
const writing = (kinds: ReflectionKindName[]) =>
  proxyActivities<ReflectionActivities>({ ...patient, summary: `Write to NetBox: ${kinds.join(', ')}` });

/** What a run of one endpoint came to. */
export interface EndpointSyncResult {
  runId: string;
  state: RunState;
  reason?: RunReason;
  message?: string;
  written: number;
}

/** Observes one Proxmox endpoint, plans, writes NetBox kind by kind, verifies. The workflow's id is the endpoint's lock. */
export async function endpointSync({ runId }: RunInput): Promise<EndpointSyncResult> {
  try {
    return await run(runId);
  } catch (error) {
    return CancellationScope.nonCancellable(() => endedBy(error, runId));
  }
}

async function run(runId: string): Promise<EndpointSyncResult> {
  const started = await quick.startEndpointSync({ runId });
  if (started === null) return { runId, state: 'cancelled', message: 'The run had ended before its workflow began.', written: 0 };

  show(started.endpointName, 'reading Proxmox');
  const observed = await observing.observeEndpoint({ runId });
  show(started.endpointName, `comparing ${observed.guests} guests on ${observed.nodes} nodes with NetBox`);
  const plan = await planning.planEndpoint({ runId });
  upsertSearchAttributes([{ key: searchAttributes.changed, value: plan.writes }]);

  if (started.dryRun || plan.hold) {
    const state = plan.hold ? 'awaiting_confirmation' : 'completed';
    const message =
      plan.hold?.message ??
      `Dry run: ${plan.writes} ${plan.writes === 1 ? 'change is' : 'changes are'} planned, nothing was written.`;
    const reason = plan.hold?.reason;
    await quick.endRun({ runId, state, message, planDigest: plan.digest, ...(reason && { reason }) });
    return finish({ runId, state, message, written: 0, ...(reason && { reason }) });
  }
  let written = 0;
  for (const kinds of inParts(plan.kinds)) {
    for (let left = 1; left > 0;) {
      show(started.endpointName, `writing ${kinds.join(', ')}; ${written} of ${plan.writes} objects are written`);
      const part = await writing(kinds).applyChanges({ runId, kinds });
      written += part.done;
      left = part.left;
    }
  }
  show(started.endpointName, 'checking that NetBox shows every guest');
  const { counts, ...end } = await verifying.verifyEndpoint({ runId });
  return finish({ runId, ...end, written: counts['written'] ?? 0 });
}

/** Changes that one activity takes. */
const partSize = 2_000;

/** Kinds in order, as many together as fit into one activity: each activity costs a few round trips. */
function inParts(kinds: { kind: ReflectionKindName; count: number }[]): ReflectionKindName[][] {
  const parts: ReflectionKindName[][] = [];
  let room = 0;
  for (const { kind, count } of kinds) {
    const part = parts.at(-1);
    if (part && count <= room) part.push(kind);
    else {
      parts.push([kind]);
      room = partSize;
    }
    room -= count;
  }
  return parts;
}

async function endedBy(error: unknown, runId: string): Promise<EndpointSyncResult> {
  if (isCancellation(error)) {
    const message = 'The run was cancelled; what was written before stays.';
    await quick.endRun({ runId, state: 'cancelled', message });
    finish({ runId, state: 'cancelled', message, written: 0 });
    throw error;
  }
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof Error)) throw error;
  const reason = (cause instanceof ApplicationFailure && cause.type ? cause.type : 'internal') as RunReason;
  await quick.endRun({ runId, state: 'failed', reason, message: cause.message });
  return finish({ runId, state: 'failed', reason, message: cause.message, written: 0 });
}

function show(endpoint: string, doing: string): void {
  setCurrentDetails(`**${endpoint}**: ${doing}`);
}

function finish(result: EndpointSyncResult): EndpointSyncResult {
  upsertSearchAttributes([
    { key: searchAttributes.state, value: result.state },
    { key: searchAttributes.outcome, value: result.reason ?? result.state },
    ...(result.written > 0 ? [{ key: searchAttributes.changed, value: result.written }] : []),
  ]);
  setCurrentDetails(`**${result.state}**: ${result.message ?? `${result.written} objects written`}`);
  return result;
}
