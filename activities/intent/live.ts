import { setTimeout as sleep } from 'node:timers/promises';
import { ProxmoxNodeUnreachableError, ProxmoxNotFoundError, ProxmoxPermissionError } from '../../clients/proxmox/errors';
import type { GuestRow } from '../../clients/proxmox/answers/cluster';
import type { GuestRef } from '../../clients/proxmox/answers/guest';
import type { GuestPlan } from '../../domain/intent/plan/guest-plan';
import type { LiveGuest } from '../../domain/intent/plan/live';
import type { GuestStatus } from '../../domain/reflection/inventory';
import type { IntentReader } from './deps';

/** A guest as it is now: what is in effect, what waits for the next start, whether it runs. */
export async function readLive(reader: IntentReader, guest: GuestRef, signal: AbortSignal): Promise<LiveGuest> {
  const [config, pending, status] = await Promise.all([
    reader.guestConfig(guest, { current: guest.kind === 'qemu' }, { signal }),
    reader.guestPending(guest, { signal }),
    reader.guestStatus(guest, { signal }),
  ]);
  return {
    kind: guest.kind,
    vmid: guest.vmid,
    node: guest.node,
    status: powerOf(status),
    config,
    pendingKeys: pending.filter(key => key.pending !== null || key.deleted).map(({ key }) => key),
  };
}

/** Whatever is neither stopped nor known to run on counts as paused: a change that needs a stopped guest is not made then. */
function powerOf({ status, qmpstatus }: { status: string; qmpstatus: string | null }): GuestStatus {
  if (status === 'stopped') return 'stopped';
  return status === 'running' && (qmpstatus ?? 'running') === 'running' ? 'running' : 'paused';
}

/** Between two looks at a guest that moves. */
const pauseMs = 300;

/** A guest that a credential may not see, and one that is not there, look alike where it was; HA moves guests away from a node that is gone. */
const isAbsent = (error: unknown): boolean =>
  error instanceof ProxmoxNotFoundError ||
  error instanceof ProxmoxPermissionError ||
  error instanceof ProxmoxNodeUnreachableError;

/**
 * The guest with a VMID, looked for where it was, and in the whole cluster only when it is not there: a cluster's list is long. A VMID is one guest's in
 * the whole cluster, so whatever has it there is the one.
 */
export async function findLiveAt(
  reader: IntentReader,
  { node, kind, vmid }: { node: string | null; kind: GuestRef['kind']; vmid: number },
  signal: AbortSignal,
): Promise<FoundGuest | undefined> {
  if (node === null) return findLive(reader, vmid, signal);
  const place = { node, kind, vmid };
  try {
    return { row: place, live: await readLive(reader, place, signal) };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return findLive(reader, vmid, signal);
  }
}

export const placeOf = ({ node, guest }: Pick<GuestPlan, 'node' | 'guest'>, vmid: number) => ({ node, kind: guest.kind, vmid });

export interface FoundGuest<Row extends GuestRef = GuestRef> {
  row: Row;
  /** Null: its configuration cannot be read. */
  live: LiveGuest | null;
}

/**
 * The guest with a VMID, wherever it is, of whatever kind; undefined when the cluster lists none. A guest that moves between the list and the read
 * is looked for again.
 */
export async function findLive(
  reader: IntentReader,
  vmid: number,
  signal: AbortSignal,
): Promise<FoundGuest<GuestRow> | undefined> {
  for (let looks = 1; ; looks++) {
    const { guests } = await reader.clusterResources({ signal });
    const row = guests.find(guest => guest.vmid === vmid);
    if (!row) return undefined;
    try {
      return { row, live: await readLive(reader, row, signal) };
    } catch (error) {
      if (error instanceof ProxmoxPermissionError) return { row, live: null };
      if (!(error instanceof ProxmoxNotFoundError) || looks >= 3) throw error;
      await sleep(pauseMs, undefined, { signal });
    }
  }
}
