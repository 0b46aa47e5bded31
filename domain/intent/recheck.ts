import { compareEvidence } from '../reflection/identity';
import type { GuestPlan, PlannedFor } from './plan/guest-plan';
import { isRunning, liveEvidence, liveName, type LiveGuest } from './plan/live';

/** What was found where the guest was planned for. */
export type Found =
  /** Read on the node that it was planned on. */
  | { is: 'here'; live: LiveGuest }
  /** Its VMID is on another node, or of another kind. */
  | { is: 'elsewhere'; node: string }
  | { is: 'gone' };

export type RecheckCode = 'toctou_mismatch' | 'guest_locked' | 'guest_identity' | 'guest_is_template' | 'update_requires_vm_stop';

/** What happened between plan and apply. */
export type Happened =
  'moved' | 'gone' | 'recreated' | 'identity-changed' | 'became-template' | 'locked' | 'renamed' | 'reconfigured' | 'started';

export type RecheckAnswer =
  /** Nothing that matters has changed: write with this digest, in the same attempt. */
  { proceed: true; configDigest: string | null } | { proceed: false; code: RecheckCode; happened: Happened; message: string };

/**
 * What is between a plan and its first write: everything that the plan was made for still holds. Asked with a read of just now, in the same
 * attempt that writes; Proxmox itself guards the moment that is left by the digest. Never puts anything right by itself.
 */
export function recheckUpdate(plan: GuestPlan, found: Found): RecheckAnswer {
  const planned = plan.plannedFor;
  const { vmid } = plan;
  if (planned === null) return refuse('toctou_mismatch', 'gone', `There was no guest ${vmid} when this was planned. Plan again.`);
  if (found.is === 'elsewhere') {
    return refuse(
      'toctou_mismatch',
      'moved',
      `Guest ${vmid} was planned on ${planned.node} and is on ${found.node} now. Plan again.`,
    );
  }
  if (found.is === 'gone') {
    return refuse(
      'toctou_mismatch',
      'gone',
      `Guest ${vmid} was planned on ${planned.node} and does not exist any more (node unknown).`,
    );
  }
  return recheckHere(plan, planned, found.live);
}

function recheckHere(plan: GuestPlan, planned: PlannedFor, live: LiveGuest): RecheckAnswer {
  const { vmid } = plan;
  if (live.node !== planned.node) {
    return refuse(
      'toctou_mismatch',
      'moved',
      `Guest ${vmid} was planned on ${planned.node} and is on ${live.node} now. Plan again.`,
    );
  }
  const identity = compareEvidence(planned.evidence, liveEvidence(live));
  if (identity === 'other') {
    return refuse(
      'toctou_mismatch',
      'recreated',
      `VMID ${vmid} belongs to another guest now (${liveName(live)}). Plan again after the next sync.`,
    );
  }
  if (identity !== 'same') {
    return refuse(
      'guest_identity',
      'identity-changed',
      `Guest ${vmid} cannot be proven to be the one that was planned for. Confirm which guest it is, and plan again.`,
    );
  }
  const { lock, template, configDigest } = live.config;
  if (lock !== null)
    return refuse(
      'guest_locked',
      'locked',
      `Guest ${vmid} is locked (${lock}): something works on it. Apply again when that is done.`,
    );
  if (template && planned.config['template'] !== '1') {
    return refuse('guest_is_template', 'became-template', `Guest ${vmid} has become a template, which is not changed.`);
  }
  if (liveName(live) !== planned.name) {
    return refuse(
      'toctou_mismatch',
      'renamed',
      `Guest ${vmid} was called ${planned.name} and is called ${liveName(live)} now. Plan again.`,
    );
  }
  if (plan.offlineKeys.length > 0 && isRunning(live)) {
    const keys = plan.offlineKeys.join(', ');
    return refuse(
      'update_requires_vm_stop',
      'started',
      `Guest ${vmid} runs, and ${keys} can be changed only while it is stopped. Stop it, and apply again.`,
    );
  }
  if (configDigest === null || configDigest !== planned.configDigest) {
    const keys = changedKeys(planned.config, live.config.raw);
    const which = keys.length > 0 ? keys.join(', ') : 'a snapshot or what is pending';
    return refuse('toctou_mismatch', 'reconfigured', `Guest ${vmid} was changed since it was planned for: ${which}. Plan again.`);
  }
  return { proceed: true, configDigest };
}

/** Keys whose values differ, sorted. */
export function changedKeys(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(key => before[key] !== after[key]).sort();
}

const refuse = (code: RecheckCode, happened: Happened, message: string): RecheckAnswer => ({
  proceed: false,
  code,
  happened,
  message,
});
