import type { Usage } from './checks/world';
import type { GuestPlan } from './plan/guest-plan';
import { liveDisks, liveVcpus, type LiveGuest } from './plan/live';

export const noUsage: Usage = { guests: 0, vcpus: 0, memoryMib: 0, diskMib: 0 };

export const addUsage = (a: Usage, b: Usage): Usage => ({
  guests: a.guests + b.guests,
  vcpus: a.vcpus + b.vcpus,
  memoryMib: a.memoryMib + b.memoryMib,
  diskMib: a.diskMib + b.diskMib,
});

/** What a plan makes the guests of an endpoint use more. A clone uses what its template does, where the plan says nothing else. */
export function addedUsage(plan: GuestPlan, template: LiveGuest | null): Usage {
  const growth = (matches: (field: string) => boolean): number | null => {
    const found = plan.fields.filter(({ field, from, to }) => matches(field) && typeof (to ?? from) === 'number');
    return found.length === 0 ? null : found.reduce((sum, { from, to }) => sum + Number(to ?? 0) - Number(from ?? 0), 0);
  };
  const given = {
    vcpus: growth(field => field === 'vcpus'),
    memoryMib: growth(field => field === 'memory'),
    diskMib: growth(field => /^disks\..+\.size$/.test(field)),
  };
  const copied = plan.op === 'create' && template !== null ? usedBy(template) : noUsage;
  return {
    guests: plan.op === 'create' ? 1 : 0,
    vcpus: given.vcpus ?? copied.vcpus,
    memoryMib: given.memoryMib ?? copied.memoryMib,
    diskMib: given.diskMib ?? copied.diskMib,
  };
}

const usedBy = (live: LiveGuest): Usage => ({
  guests: 1,
  vcpus: liveVcpus(live) ?? 0,
  memoryMib: live.config.memoryMib,
  diskMib: liveDisks(live).reduce((sum, { size }) => sum + size, 0),
});
