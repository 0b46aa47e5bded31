/** The activities of deletion requests, as workflows call them. Each takes the id of a request's row, and gives where it stands. */
import { Context } from '@temporalio/activity';
import type { Verdict } from '../../database/repositories/deletion/decisions';
import { remindersOf } from '../../domain/deletion/deadline';
import { heldUntil } from '../../domain/deletion/hold';
import { isFinal, type DeletionState } from '../../domain/deletion/states';
import { workflowIds } from '../../workflows/names';
import { toFailure } from '../failures';
import { withHeartbeat } from '../heartbeat';
import type { DeletionDeps } from './deps';
import { backUp } from './backup';
import { close, tellNetBox } from './finish';
import { openDeletions, type OpenedDeletion } from './open';
import { prepare } from './prepare';
import { recordDecision, type Recorded } from './record-decision';
import { guestLabel, moveBy, requestOf } from './request';
import { remind } from './remind';
import { resolveDestroy } from './resolve-destroy';
import { restoreNetBox } from './restore';
import { sendDestroy } from './send';
import { takeOffLeft, unmark } from './unmark';

interface OfRequest {
  requestId: string;
}

/** Times in milliseconds since 1970. */
export interface DeletionStanding {
  state: DeletionState;
  isFinal: boolean;
  prepared: boolean;
  endpointId: string;
  vmid: number;
  deadline: number;
  /** When people are reminded next; null: not again. */
  remindAt: number | null;
  lookMs: number;
  /** Until when nothing is destroyed, since the guest is held; null: it is not. */
  heldUntil: number | null;
  /** One line for people. */
  about: string;
  reasons: string;
}

/** Starts of one round; the next round takes more. */
const startsAtOnce = 50;

export function createDeletionActivities(deps: DeletionDeps) {
  /** Every error leaves as a failure whose type is a reason code, without anything secret. */
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await work(...args);
      } catch (error) {
        throw toFailure(error, deps.explain);
      }
    };
  const beating = <R>(work: (attempt: { beat: (what: string) => void; signal: AbortSignal }) => Promise<R>): Promise<R> =>
    withHeartbeat((beat, signal) => work({ beat, signal }));

  return {
    /** Of the deletes of a run. @returns the requests whose workflows are to be started. */
    openDeletions: guarded(async ({ runId }: { runId: string }): Promise<OpenedDeletion[]> =>
      beating(() => openDeletions(deps, runId)),
    ),

    readDeletion: guarded(async ({ requestId }: OfRequest): Promise<DeletionStanding> => readStanding(deps, requestId)),

    prepareDeletion: guarded(async ({ requestId }: OfRequest): Promise<DeletionState> =>
      beating(attempt => prepare(deps, requestId, attempt)),
    ),

    /** When it cannot be prepared in the end. */
    refuseDeletion: guarded(
      async ({ requestId, reason, message }: OfRequest & { reason: string; message: string }): Promise<void> => {
        await moveBy(deps, await requestOf(deps, requestId), { type: 'unpreparable' }, { reasons: [{ code: reason, message }] });
      },
    ),

    recordDecision: guarded(async (given: OfRequest & { verdict: Verdict; code: string; now: number }): Promise<Recorded> => {
      const { workflowExecution, activityId } = Context.current().info;
      return recordDecision(deps, given, `${workflowExecution?.runId ?? ''}/${activityId}`);
    }),

    /** Of what is not being carried out. @returns where it stands then: somebody may have been first. */
    expireDeletion: guarded(async ({ requestId }: OfRequest): Promise<DeletionState> => {
      const request = await requestOf(deps, requestId);
      const reasons = [
        { code: 'TTL', message: `Nobody has decided, or it could not be carried out, until ${request.deadline.toISOString()}.` },
      ];
      return (await moveBy(deps, request, { type: 'expire' }, { reasons })).state;
    }),

    remindOfDeletion: guarded(async ({ requestId, now }: OfRequest & { now: number }): Promise<void> =>
      remind(deps, requestId, now),
    ),

    /** Never repeated: one permit, at most one call. */
    sendDestroy: guarded(async ({ requestId, now }: OfRequest & { now: number }): Promise<DeletionState> =>
      beating(attempt => sendDestroy(deps, requestId, now, attempt)),
    ),

    /** Makes a backup where that is all that is in the way. @returns whether it is worth to look again. */
    backUpGuest: guarded(async ({ requestId }: OfRequest): Promise<boolean> =>
      beating(attempt => backUp(deps, requestId, attempt)),
    ),

    resolveDestroy: guarded(async ({ requestId }: OfRequest): Promise<DeletionState> =>
      beating(attempt => resolveDestroy(deps, requestId, attempt)),
    ),

    unmarkGuest: guarded(async ({ requestId }: OfRequest): Promise<void> => beating(attempt => unmark(deps, requestId, attempt))),
    tellNetBoxOfDestroy: guarded(async ({ requestId }: OfRequest): Promise<void> => beating(() => tellNetBox(deps, requestId))),
    /** What a merged delete took from NetBox, unless the guest was destroyed. */
    restoreNetBox: guarded(async ({ requestId }: OfRequest): Promise<void> =>
      beating(attempt => restoreNetBox(deps, requestId, attempt)),
    ),
    closeDeletion: guarded(async ({ requestId }: OfRequest): Promise<void> => close(deps, requestId)),

    /** What ended requests could not take off their guests. @returns from how many it is off now. */
    takeOffLeftMarks: guarded(async (): Promise<number> => beating(attempt => takeOffLeft(deps, attempt))),

    /** Requests whose workflow is gone: whoever asked starts it again, and the same deadline holds. */
    listLostDeletions: guarded(async (): Promise<OpenedDeletion[]> =>
      beating(async () => {
        const lost: OpenedDeletion[] = [];
        for (const request of await deps.store.listUnclosedDeletions()) {
          const { id: requestId, endpointId, vmid } = request;
          if ((await deps.standingOf(workflowIds.deletion(endpointId, vmid))) === 'open') continue;
          lost.push({ requestId, endpointId, vmid, about: guestLabel(request) });
          if (lost.length === startsAtOnce) break;
        }
        return lost;
      }),
    ),
  };
}

async function readStanding(deps: DeletionDeps, requestId: string): Promise<DeletionStanding> {
  const request = await requestOf(deps, requestId);
  const { deletion_look_seconds: seconds } = await deps.settings.ofInstallation();
  const open = remindersOf(request.openedAt.getTime(), request.deadline.getTime()).filter(
    ({ to }) => !request.reminded.includes(to),
  );
  return {
    state: request.state,
    isFinal: isFinal(request.state),
    prepared: request.digest !== null,
    endpointId: request.endpointId,
    vmid: request.vmid,
    deadline: request.deadline.getTime(),
    remindAt: open[0]?.at ?? null,
    lookMs: seconds * 1000,
    heldUntil: heldUntil(request.hold, request.round),
    about: guestLabel(request),
    reasons: request.reasons.map(({ message }) => message).join(' '),
  };
}

export type DeletionActivities = ReturnType<typeof createDeletionActivities>;
