import type { GuestPlan } from '../plan/guest-plan';
import { liveDisks, liveVcpus, type LiveGuest } from '../plan/live';
import { storageNeeds } from './storage-needs';
import type { Usage } from './world';

export const noUsage: Usage = { guests: 0, vcpus: 0, memoryMib: 0, diskMib: 0 };

export const addUsage = (a: Usage, b: Usage): Usage => ({
  guests: a.guests + b.guests,
  vcpus: a.vcpus + b.vcpus,
  memoryMib: a.memoryMib + b.memoryMib,
  diskMib: a.diskMib + b.diskMib,
});

/** What a guest uses of a quota. A container without a limit of cores counts none. */
export const usageOf = (guest: LiveGuest): Usage => ({
  guests: 1,
  vcpus: liveVcpus(guest) ?? 0,
  memoryMib: guest.config.memoryMib,
  diskMib: liveDisks(guest).reduce((sum, { size }) => sum + size, 0),
});

/** What a plan adds to it; less than nothing where a guest becomes smaller. */
export function growthOf(plan: GuestPlan, live: LiveGuest | null, template: LiveGuest | null): Usage {
  const before = live ? usageOf(live) : noUsage;
  const base = live ?? template;
  const set = (key: string): number | null => {
    const value = plan.calls.map(call => call.params[key]).findLast(param => param !== undefined);
    return value === undefined ? null : Number(value);
  };
  if (plan.calls.length === 0) return noUsage;
  const sockets = base?.kind === 'qemu' ? base.config.sockets : 1;
  const cores = set('cores');
  const vcpus = cores === null ? (base ? (liveVcpus(base) ?? 0) : 1) : cores * sockets;
  const memory = set('memory') ?? base?.config.memoryMib ?? 512;
  return {
    guests: live ? 0 : 1,
    vcpus: vcpus - before.vcpus,
    memoryMib: memory - before.memoryMib,
    diskMib: diskGrowth(plan, live, template),
  };
}

/** Linked clones count in full: they may grow to it. */
function diskGrowth(plan: GuestPlan, live: LiveGuest | null, template: LiveGuest | null): number {
  const linked = plan.calls.some(call => call.step === 'clone' && Number(call.params['full']) === 0);
  const copied = linked && template ? usageOf(template).diskMib : 0;
  const bytes = storageNeeds(plan, live, template).reduce((sum, need) => sum + need.bytes, 0);
  return copied + Math.ceil(bytes / 1024 ** 2);
}
