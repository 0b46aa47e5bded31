/**
 * When a plan waits for a person: the first write into a NetBox that already holds VMs of somebody else, and a plan that
 * creates or changes more of an endpoint's guests than the settings allow.
 */
import type { RunReason } from '../run';
import type { Change } from './change';

/** Below this many guests a share says little: three of ten is everyday work. */
const smallestMassChange = 10;

export interface ReviewInput {
  changes: Change[];
  guestCount: number;
  /** True when nothing of this endpoint is linked yet. */
  firstRun: boolean;
  /** VMs in NetBox that none of our links and no other endpoint of ours accounts for. */
  foreignVmCount: number;
  relink: boolean;
  limitPercent: number;
  otherTool: { installed: boolean; declaredOff: boolean };
  /** What a person has read and confirmed: `guest action` marks of the confirmed plan. */
  confirmed: Set<string> | undefined;
}

export interface Hold {
  reason: Extract<RunReason, 'first-run-review' | 'change-limit' | 'other-tool-active'>;
  message: string;
}

/** How a plan touches a guest, as the mark that a confirmation covers. */
export const reviewMarks = (changes: Change[]): Set<string> =>
  new Set(
    changes
      .filter(change => change.guest !== undefined && (change.action !== 'link' || change.kind === 'virtual-machine'))
      .map(change => `${change.guest} ${change.action === 'create' && change.kind === 'virtual-machine' ? 'create' : 'change'}`),
  );

export function holdFor(input: ReviewInput): Hold | null {
  if (input.otherTool.installed && !input.otherTool.declaredOff && input.changes.some(change => change.action !== 'link')) {
    return {
      reason: 'other-tool-active',
      message:
        'The Proxbox plugin is installed in this NetBox. Two tools must not write the same objects: switch its sync jobs off, set PROXBOX_OTHER_TOOL_DISABLED=true, and start the sync again.',
    };
  }
  const marks = reviewMarks(input.changes);
  const unread = [...marks].filter(mark => !input.confirmed?.has(mark));
  const touched = new Set(unread.map(mark => mark.split(' ')[0])).size;
  if (input.confirmed === undefined && (input.relink || (input.firstRun && input.foreignVmCount > 0))) {
    return touched === 0 ? null : { reason: 'first-run-review', message: firstRunMessage(input) };
  }
  if (input.firstRun && input.foreignVmCount === 0) return null;
  const limit = Math.max(smallestMassChange, Math.floor((input.guestCount * input.limitPercent) / 100));
  if (touched <= limit) return null;
  return {
    reason: 'change-limit',
    message: `The plan creates or changes ${touched} of ${input.guestCount} guests; more than ${limit} wait for a person (${input.limitPercent} %). Read the plan and confirm the run.`,
  };
}

const firstRunMessage = (input: ReviewInput): string =>
  input.relink
    ? 'The guests of this endpoint were matched with NetBox anew. Read which VM stands for which guest, then confirm the run.'
    : `NetBox already holds ${input.foreignVmCount} VMs that this installation did not make. Read which of them stand for which guest and what would be created, then confirm the run.`;
