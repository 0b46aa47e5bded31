import type { HoldEnd, IntentHold } from '../../database/repositories/intent/holds';
import { heldFields } from '../../domain/intent/holds';
import type { Finding } from '../../domain/reflection/findings';
import type { GuestMatch } from '../../domain/reflection/guest-match';
import type { HeldFields } from '../../domain/reflection/held';
import { guestKey } from '../../domain/reflection/inventory';
import type { Plan } from '../../domain/reflection/plan';
import type { ReflectionDeps } from './deps';

export interface ReadHolds {
  fields: HeldFields;
  findings: Finding[];
  /** Guests that are about to be made: they may be linked before they exist. */
  awaited: ReadonlySet<string>;
  /** Those that end with this plan: both sides are equal, or it was waited long enough. */
  endedBy(plan: Plan, match: GuestMatch): { changeId: string; because: HoldEnd }[];
}

/** Changes that are open, or were not made: what they are about is left as it is, and shown as wanted and live. */
export async function readHolds(
  { store, holdDays }: Pick<ReflectionDeps, 'store' | 'holdDays'>,
  endpointId: string,
): Promise<ReadHolds> {
  const all = await store.listHolds(endpointId);
  const days = all.length === 0 ? 0 : await holdDays();
  const expired = all.filter(hold => isOver(hold) && Date.now() - hold.heldSince.getTime() > days * 86_400_000);
  const holds = all.filter(hold => !expired.includes(hold));
  return {
    fields: heldFields(holds),
    awaited: new Set(holds.filter(({ change }) => change.op === 'create').map(guestKey)),
    findings: expired.map(hold => waitedLongEnough(hold, days)),
    endedBy: (plan, match) => [
      ...expired.map(({ changeId }) => ({ changeId, because: 'expired' as const })),
      ...holds
        .filter(hold => isOver(hold) && match.matched.has(guestKey(hold)) && !plan.held.has(guestKey(hold)))
        .map(({ changeId }) => ({ changeId, because: 'equal' as const })),
    ],
  };
}

/** What is under way is waited for, however long it takes. */
const isOver = ({ state }: IntentHold): boolean => state !== 'planned' && state !== 'queued' && state !== 'running';

const waitedLongEnough = ({ name, kind, vmid, state }: IntentHold, days: number): Finding => ({
  code: 'intent-hold-expired',
  severity: 'warning',
  kind: 'virtual-machine',
  key: guestKey({ kind, vmid }),
  label: name,
  message: `A change of ${name} ended ${state.replaceAll('_', ' ')} more than ${days} days ago. Its fields are reflected as usual again; what NetBox still wants is shown as drift.`,
});
