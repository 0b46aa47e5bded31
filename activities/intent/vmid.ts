import { ProxmoxParameterError } from '../../clients/proxmox/errors';
import type { PlanWorld } from '../../domain/intent/checks/world';
import type { IntentReader } from './deps';

/** Ids that are asked about one by one: a guest that the credential does not show has its id all the same. */
const mostAsked = 100;

/** The lowest VMID of the range that nobody has and that is promised to nobody; null when none was found. */
export async function freeVmid(
  reader: Pick<IntentReader, 'request'>,
  world: PlanWorld,
  given: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<number | null> {
  const taken = new Set([...world.guests.map(({ vmid }) => vmid), ...world.reservedVmids.keys(), ...given]);
  let asked = 0;
  for (let vmid = world.vmidRange.from; vmid <= world.vmidRange.to && asked < mostAsked; vmid++) {
    if (taken.has(vmid)) continue;
    asked++;
    if (await isFree(reader, vmid, signal)) return vmid;
  }
  return null;
}

async function isFree(reader: Pick<IntentReader, 'request'>, vmid: number, signal: AbortSignal): Promise<boolean> {
  try {
    await reader.request('GET', '/cluster/nextid', { vmid }, { signal });
    return true;
  } catch (error) {
    if (error instanceof ProxmoxParameterError) return false;
    throw error;
  }
}
