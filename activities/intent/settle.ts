import { setTimeout as sleep } from 'node:timers/promises';
import { ProxmoxError } from '../../clients/proxmox/errors';
import { wantedValues } from '../../domain/intent/outcome';
import { hasMark } from '../../domain/intent/recheck-birth';
import { judgeReadings, type Reading, type SettleBounds } from '../../domain/intent/settle';
import type { CallWork } from './call-work';
import { findLiveAt, placeOf } from './live';

export type CallFinding =
  /** Everything that the call wants is there, or waits for the next start. */
  | { is: 'there'; configDigest: string | null }
  /** The guest is as it was before the call. */
  | { is: 'nothing'; missing: readonly string[]; configDigest: string | null }
  | { is: 'partly'; missing: readonly string[]; configDigest: string | null }
  /** Somebody else's guest has the VMID that was promised to ours. */
  | { is: 'stranger'; missing: readonly string[]; configDigest: string | null }
  | { is: 'unknown'; because: string };

const pauseMs = 1_000;

/**
 * Looks at the guest until it can be said what became of a call.
 * @param sentAt when the call was sent, if Proxmox may still be at work on it; 0 where it is not: then the first look without a task decides.
 */
export async function settleCall(work: CallWork, { sentAt }: { sentAt: number }): Promise<CallFinding> {
  const { plan, call, signal, beat } = work;
  const wanted = wantedValues({ ...plan, calls: [call] });
  const bounds: SettleBounds = sentAt === 0 ? { ...work.bounds, quietMs: 0 } : work.bounds;
  const from = sentAt === 0 ? Date.now() : sentAt;
  const readings: Reading[] = [];
  let isStranger = false;
  for (;;) {
    const look = await readOnce(work);
    readings.push(look.reading);
    isStranger = look.isStranger;
    const answer = judgeReadings(readings, wanted, plan.guest.kind, from, bounds);
    if (answer.is === 'unknown') return answer;
    if (answer.is === 'settled') {
      const { missing, stuck, pending, configDigest } = answer;
      if (isStranger) return { is: 'stranger', missing, configDigest };
      if (missing.length === 0 && configDigest !== null) return { is: 'there', configDigest };
      const { sentDigest } = await work.stored();
      const untouched = call.withDigest ? configDigest === sentDigest : configDigest === null;
      return { is: untouched && stuck.length + pending.length === 0 ? 'nothing' : 'partly', missing, configDigest };
    }
    beat('reading what became of it');
    await sleep(pauseMs, undefined, { signal });
  }
}

async function readOnce({ plan, reader, signal }: CallWork): Promise<{ reading: Reading; isStranger: boolean }> {
  const at = Date.now();
  const nothing = { at, config: {}, pendingKeys: [], runningTasks: [] };
  try {
    const vmid = plan.vmid ?? 0;
    const [seen, runningTasks] = await Promise.all([
      findLiveAt(reader, placeOf(plan, vmid), signal),
      tasksOf(reader, plan.node, vmid, signal),
    ]);
    if (!seen) return { reading: { ...nothing, configDigest: null, runningTasks }, isStranger: false };
    if (!seen.live) return { reading: { ...nothing, runningTasks }, isStranger: false };
    const { config, pendingKeys } = seen.live;
    const isStranger = plan.birthMark !== null && runningTasks.length === 0 && !hasMark(seen.live, plan.birthMark);
    return { reading: { at, configDigest: config.configDigest, config: config.raw, pendingKeys, runningTasks }, isStranger };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    signal.throwIfAborted();
    return { reading: nothing, isStranger: false };
  }
}

async function tasksOf(reader: CallWork['reader'], node: string | null, vmid: number, signal: AbortSignal): Promise<string[]> {
  if (node === null) return [];
  const rows = await reader.nodeTasks(node, { vmid, source: 'active' }, { signal });
  return rows.filter(row => row.endtime === null && row.exitStatus === null).map(({ upid }) => upid);
}
