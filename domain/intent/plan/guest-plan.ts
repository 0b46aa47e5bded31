import type { GuestName, IntentOp } from '../changes/guest-change';
import type { GuestStatus } from '../../reflection/inventory';
import type { Evidence } from '../../reflection/identity';
import type { FieldDifference, Param, PartLink, Refusal, Remark } from './edit';

/** What a call is for; in this order they are made. */
export type CallStep = 'create' | 'clone' | 'configure' | 'resize' | 'tag';

/** One request to Proxmox, as it will be sent. */
export interface PlannedCall {
  readonly step: CallStep;
  readonly method: 'POST' | 'PUT';
  /** Below `/api2/json`. */
  readonly path: string;
  /** A reference stands in place of a secret. */
  readonly params: Readonly<Record<string, Param>>;
  /**
   * Proxmox compares its configuration with the one that was read: `digest` is put in when the call is sent, from the recheck for the first call,
   * and from reading back our own write for those after it.
   */
  readonly withDigest: boolean;
  /** The answer is the id of a task that must end OK. */
  readonly startsTask: boolean;
}

/** A file that must be on a snippets storage before the first call. Its text is not in a plan: it may hold secrets. */
export interface PlannedFile {
  readonly volume: string;
  /** The virtual machine's field that has the text. */
  readonly field: 'cloud_init_user_data';
  /** The stored secret that is the text; null as long as it was not stored. */
  readonly secret: string | null;
}

/** The guest as it was when it was planned for: what the recheck compares with. */
export interface PlannedFor {
  readonly node: string;
  readonly name: string;
  readonly status: GuestStatus;
  readonly evidence: Evidence;
  readonly configDigest: string | null;
  /** The configuration's keys as texts, so that a change in between can be named. */
  readonly config: Readonly<Record<string, string>>;
}

/** What would be done for one guest. */
export interface GuestPlan {
  readonly op: IntentOp;
  readonly guest: GuestName;
  /** The VMID that the guest has, or is given. */
  readonly vmid: number | null;
  readonly node: string | null;
  readonly fields: readonly FieldDifference[];
  /** Where NetBox and Proxmox differ beyond what was changed: shown, not applied. */
  readonly drift: readonly FieldDifference[];
  readonly remarks: readonly Remark[];
  /** Any of them, and nothing is done for this guest. */
  readonly refusals: readonly Refusal[];
  readonly calls: readonly PlannedCall[];
  readonly files: readonly PlannedFile[];
  /** Keys that take effect only while the guest is stopped. */
  readonly offlineKeys: readonly string[];
  readonly links: readonly PartLink[];
  /** Null for a guest that does not exist yet, and for one that was not found. */
  readonly plannedFor: PlannedFor | null;
  /** The uuid that a new guest is born with. */
  readonly birthMark: string | null;
}

/** Nothing to do: everything is as it is wanted. */
export const isEmptyPlan = (plan: GuestPlan): boolean => plan.calls.length === 0 && plan.refusals.length === 0;
