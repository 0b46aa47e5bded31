import { randomUUID } from 'node:crypto';
import { ProxmoxParameterError } from '../../clients/proxmox/errors';
import type { GuestCreate } from '../../domain/intent/changes/guest-change';
import type { PlanWorld, PromisedBirth } from '../../domain/intent/checks/world';
import type { KeptReservation } from '../../database/repositories/intent/reservations';
import type { IntentReader } from './deps';

/** Ids that are asked about one by one: a guest that the credential does not show has its id all the same. */
const mostAsked = 100;

/** What virtual machines were promised, by their NetBox ids. */
export const promisesIn = (reservations: readonly KeptReservation[]): PlanWorld['promised'] =>
  new Map(
    reservations.flatMap(({ netboxId, vmid, mark, isUnderWay }) =>
      netboxId === null ? [] : [[netboxId, { vmid, mark, isUnderWay }] as const],
    ),
  );

/** What a new guest is born with: what its virtual machine was promised, so that it is born once, whoever plans it; else the VMID that is wanted, or a free one. */
export async function birthOf(
  reader: Pick<IntentReader, 'request'>,
  world: PlanWorld,
  { guest, vm }: GuestCreate,
  given: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<{ vmid: number | null; mark: string }> {
  const wanted = guest.vmid ?? vm.proxmox_vm_id;
  const promised = world.promised.get(guest.netboxId ?? -1);
  if (promised && (wanted ?? promised.vmid) === promised.vmid && isKept(promised, world)) return promised;
  return { vmid: wanted ?? (await freeVmid(reader, world, given, signal)), mark: randomUUID() };
}

/** Whether it can still be had: the range may be another one by now, and a promise that was given back may be somebody else's. */
function isKept({ vmid, mark, isUnderWay }: PromisedBirth, { vmidRange, guests, reservedVmids }: PlanWorld): boolean {
  if (isUnderWay) return true;
  const isInRange = vmid >= vmidRange.from && vmid <= vmidRange.to;
  return isInRange && guests.every(guest => guest.vmid !== vmid) && (reservedVmids.get(vmid) ?? mark) === mark;
}

/** The lowest VMID of the range that nobody has and that is promised to nobody; null when none was found. */
async function freeVmid(
  reader: Pick<IntentReader, 'request'>,
  world: PlanWorld,
  given: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<number | null> {
  const promised = [...world.promised.values()].map(({ vmid }) => vmid);
  const taken = new Set([...world.guests.map(({ vmid }) => vmid), ...world.reservedVmids.keys(), ...promised, ...given]);
  let asked = 0;
  for (let vmid = world.vmidRange.from; vmid <= world.vmidRange.to && asked < mostAsked; vmid++) {
    if (taken.has(vmid)) continue;
    asked++;
    if (await isFree(reader, vmid, signal)) return vmid;
  }
  return null;
}

/** Whether no guest of the cluster has it, also none that the credential does not show. */
export async function isFree(reader: Pick<IntentReader, 'request'>, vmid: number, signal: AbortSignal): Promise<boolean> {
  try {
    await reader.request('GET', '/cluster/nextid', { vmid }, { signal });
    return true;
  } catch (error) {
    if (error instanceof ProxmoxParameterError) return false;
    throw error;
  }
}
