import type { GuestChange } from '../changes/guest-change';
import type { GateAnswer } from '../gate';
import type { GuestPlan } from '../plan/guest-plan';
import type { LiveGuest } from '../plan/live';
import type { PlanLimits, PlanWorld, Usage } from './world';

/** Everything that a check may look at for one guest. */
export interface CheckSubject {
  readonly change: GuestChange;
  /** Null for a delete, and for a guest that could not be planned for because it was not found. */
  readonly plan: GuestPlan | null;
  /** The guest of an update or a delete, as read on the node where it is. */
  readonly live: LiveGuest | null;
  /** What is known of its identity; `none`: reflection has not seen it yet. */
  readonly identity: 'proven' | 'changed' | 'unproven' | 'recreated' | 'none';
  /** The guest that a birth is cloned from. */
  readonly template: LiveGuest | null;
  readonly gate: GateAnswer;
  readonly world: PlanWorld;
  readonly limits: PlanLimits;
  readonly warnPlaintextPassword: boolean;
  /** Other plans of the same run. */
  readonly run: {
    /** How many guests the run changes, and the place of this one among them, from 1 on. */
    readonly changes: number;
    readonly position: number;
    /** VMIDs that other births of the run are given. */
    readonly vmids: readonly number[];
    readonly used: Usage;
    readonly added: Usage;
  };
}

/** What a check has to say. A guest that is blocked by any is not changed; a warning stops nothing. */
export interface Verdict {
  readonly verdict: 'warning' | 'blocked';
  /** Stable, for programs; Proxbox's where Proxbox has one. */
  readonly reason: string;
  /** What is the matter, and what to do about it. */
  readonly message: string;
}

/** One thing that is looked at. One file each; adding one is adding its file to the register, and its test. */
export interface Check {
  readonly name: string;
  run(subject: CheckSubject): readonly Verdict[];
}

export const blocked = (reason: string, message: string): Verdict => ({ verdict: 'blocked', reason, message });
export const warning = (reason: string, message: string): Verdict => ({ verdict: 'warning', reason, message });
