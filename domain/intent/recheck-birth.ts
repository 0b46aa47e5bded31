import { parseDescription } from '../proxmox/description';
import { parseSmbios } from '../proxmox/guest-keys';
import type { GuestPlan } from './plan/guest-plan';
import { liveName, type LiveGuest } from './plan/live';

/** Whoever has the VMID that was reserved for a new guest. */
export type Holder =
  | { is: 'nobody' }
  | { is: 'guest'; live: LiveGuest }
  /** Somebody has it, whose configuration cannot be read (another kind, no right, a node that is away). */
  | { is: 'unreadable'; node: string };

export type BirthAnswer =
  | { is: 'proceed' }
  /** Our own guest of an earlier attempt whose answer was lost. `working`: its task still holds the lock. */
  | { is: 'adopt'; working: boolean; configDigest: string | null }
  | { is: 'refused'; code: 'vmid_taken' | 'template_changed' | 'node_offline'; message: string };

/** The template as it was when the birth was planned, and as it is now; both null for a birth without one. */
export interface TemplateSides {
  readonly plannedDigest: string | null;
  readonly nowDigest: string | null;
}

/**
 * What is between the plan of a birth and its first call, and between a lost answer and the next attempt: the VMID is free, or what has it is
 * our own guest, which has our mark.
 */
export function recheckBirth(plan: GuestPlan, holder: Holder, nodeOnline: boolean, template: TemplateSides): BirthAnswer {
  const { vmid, node, birthMark } = plan;
  if (holder.is === 'unreadable') {
    return {
      is: 'refused',
      code: 'vmid_taken',
      message: `VMID ${vmid} is taken by a guest on ${holder.node} that cannot be read. Give another VMID.`,
    };
  }
  if (holder.is === 'guest') {
    const { config } = holder.live;
    if (birthMark !== null && hasMark(holder.live, birthMark)) {
      return { is: 'adopt', working: config.lock === 'create' || config.lock === 'clone', configDigest: config.configDigest };
    }
    return {
      is: 'refused',
      code: 'vmid_taken',
      message: `VMID ${vmid} is taken by ${liveName(holder.live)} on ${holder.live.node}. Give another VMID.`,
    };
  }
  if (!nodeOnline)
    return { is: 'refused', code: 'node_offline', message: `The node ${node ?? ''} is not online. Apply again when it is.` };
  if (template.plannedDigest !== template.nowDigest) {
    return {
      is: 'refused',
      code: 'template_changed',
      message: 'The template was changed or removed since this was planned. Plan again.',
    };
  }
  return { is: 'proceed' };
}

/** The mark stands in the description from the first call on; a virtual machine made from nothing has it as its uuid, too. */
export function hasMark({ config }: LiveGuest, mark: string): boolean {
  const wanted = mark.toLowerCase();
  return parseDescription(config.description).birthMark === wanted || parseSmbios(config.raw['smbios1'] ?? '').uuid === wanted;
}
