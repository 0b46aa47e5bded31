import { isEmptyPlan, type GuestPlan } from '../plan/guest-plan';
import { bridgeCheck } from './bridge';
import { ceilingCheck } from './ceiling';
import type { Check, CheckSubject, Verdict } from './check';
import { deleteCheck } from './delete';
import { gateCheck } from './gate';
import { nodeCheck } from './node';
import { placeCheck } from './place';
import { plaintextPasswordCheck } from './plaintext-password';
import { quotaCheck } from './quota';
import { refusalsCheck, remarksCheck } from './refusals';
import { runningCheck } from './running';
import { snippetsCheck } from './snippets';
import { stateCheck } from './state';
import { storageCheck } from './storage';
import { templateCheck } from './template';
import { vmidCheck } from './vmid';

/** Every check of a plan; those that make the others pointless come first. */
export const checks: readonly Check[] = [
  gateCheck,
  placeCheck,
  nodeCheck,
  stateCheck,
  refusalsCheck,
  runningCheck,
  vmidCheck,
  templateCheck,
  storageCheck,
  snippetsCheck,
  bridgeCheck,
  quotaCheck,
  ceilingCheck,
  plaintextPasswordCheck,
  remarksCheck,
  deleteCheck,
];

/** A line of the answer of `POST /intent/plan`, in Proxbox's shape. */
export interface PlanVerdict {
  readonly netbox_id: number | null;
  readonly op: CheckSubject['change']['op'];
  readonly verdict: 'permitted' | 'warning' | 'blocked';
  readonly reason: string;
  readonly message: string;
}

/** What all checks have to say about one guest; nothing is said as `default_permit`. */
export function checkGuest(subject: CheckSubject): PlanVerdict[] {
  const { change } = subject;
  const line = ({ verdict, reason, message }: Verdict): PlanVerdict => ({
    netbox_id: change.guest.netboxId,
    op: change.op,
    verdict,
    reason,
    message,
  });
  const found = checks.flatMap(check => check.run(subject)).map(line);
  if (found.length > 0) return found;
  return [
    {
      netbox_id: change.guest.netboxId,
      op: change.op,
      verdict: 'permitted',
      reason: 'default_permit',
      message: 'Nothing speaks against it.',
    },
  ];
}

export const isPermitted = (verdicts: readonly PlanVerdict[]): boolean => verdicts.every(({ verdict }) => verdict !== 'blocked');

/** The summary of a plan in one sentence. */
export function summaryOf(
  changes: readonly { op: PlanVerdict['op']; plan: GuestPlan | null }[],
  verdicts: readonly PlanVerdict[],
): string {
  if (changes.length === 0) return 'No changes for Proxmox.';
  const isDone = ({ op, plan }: (typeof changes)[number]): boolean => op === 'update' && plan !== null && isEmptyPlan(plan);
  if (changes.every(isDone) && isPermitted(verdicts)) return 'Nothing to do: every guest is as it is wanted.';
  const count = (op: PlanVerdict['op']) => changes.filter(change => change.op === op).length;
  const of = (verdict: PlanVerdict['verdict']) => verdicts.filter(each => each.verdict === verdict).length;
  return `${count('create')} create / ${count('update')} update / ${count('delete')} delete; ${of('blocked')} blocked, ${of('warning')} warnings.`;
}
