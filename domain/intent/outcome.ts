import type { GuestKind } from '../proxmox/guest-config';
import { parseSize } from '../proxmox/size';
import { showsWritten } from './config-value';
import type { Param } from './plan/edit';
import type { GuestPlan, PlannedCall } from './plan/guest-plan';

/** How a change of a guest ended. Nothing else is an end. */
export type GuestOutcome =
  /** Every call's task ended OK, and a read shows every wanted value. */
  | 'applied'
  /** Everything was as wanted before: nothing was sent. */
  | 'unchanged'
  /** Gate, checks or recheck said no: nothing was sent. */
  | 'refused'
  /** Proxmox refused, and a read shows that nothing was changed. */
  | 'failed'
  /** Some of the wanted values are there, others are not, or wait for the next start. */
  | 'partly_applied'
  /** An answer was lost, and reading did not tell in time what became of it: a person looks. */
  | 'unknown_outcome'
  /** The run was cancelled before this guest's turn. */
  | 'cancelled'
  /** A delete: a request waits for somebody else's decision. */
  | 'deletion_requested';

/** Proxbox's word for it in the answer of `POST /intent/apply`. */
export type ApplyStatus = 'succeeded' | 'failed' | 'skipped' | 'delete-pending-approval';

const statuses: Readonly<Record<GuestOutcome, ApplyStatus>> = {
  applied: 'succeeded',
  unchanged: 'skipped',
  refused: 'failed',
  failed: 'failed',
  partly_applied: 'failed',
  unknown_outcome: 'failed',
  cancelled: 'skipped',
  deletion_requested: 'delete-pending-approval',
};

/** A refusal for want of a permission skips the change, as with Proxbox; every other one fails it. */
export const statusOf = (outcome: GuestOutcome, reason?: string): ApplyStatus =>
  outcome === 'refused' && reason === 'permission_denied' ? 'skipped' : statuses[outcome];

/** What a run's results amount to, by Proxbox's rule. */
export function overallOf(results: readonly ApplyStatus[]): 'no_op' | 'succeeded' | 'partial' | 'failed' {
  if (results.length === 0) return 'no_op';
  if (results.every(status => status === 'failed')) return 'failed';
  return results.includes('failed') ? 'partial' : 'succeeded';
}

/** One value of a guest's configuration that a change wants. */
export interface WantedValue {
  readonly key: string;
  /** Null: the key is to be gone. */
  readonly value: Param | null;
}

/** Everything that the calls of a plan want to be in the guest's configuration in the end. */
export function wantedValues(plan: GuestPlan): WantedValue[] {
  const wanted = new Map<string, Param | null>();
  for (const call of plan.calls) for (const [key, value] of valuesOf(call)) wanted.set(key, value);
  return [...wanted].map(([key, value]) => ({ key, value }));
}

/** What is not kept in a configuration. */
const noKeys = new Set([
  'newid',
  'vmid',
  'pool',
  'full',
  'target',
  'storage',
  'ostemplate',
  'ssh-public-keys',
  'password',
  'delete',
]);

function valuesOf({ step, params }: PlannedCall): [string, Param | null][] {
  if (step === 'resize') return [[`${String(params['disk'])} size`, params['size'] ?? null]];
  const removed = String(params['delete'] ?? '')
    .split(',')
    .filter(key => key !== '');
  const set = Object.entries(params).filter(([key]) => !noKeys.has(key));
  return [...set, ...removed.map((key): [string, null] => [key, null])];
}

/** Whether a configuration shows a wanted value. */
export function isThere({ key, value }: WantedValue, kind: GuestKind, config: Readonly<Record<string, string>>): boolean {
  const [disk, size] = key.split(' ');
  // Storages round up to their own units.
  if (size !== undefined) return (sizeIn(config[disk ?? '']) ?? 0) >= (parseSize(String(value)) ?? Infinity);
  if (value === null) return (config[key] ?? '').trim() === '';
  return showsWritten(kind, key, value, config[key]);
}

function sizeIn(text: string | undefined): number | null {
  const size = /(?:^|,)size=([^,]+)/.exec(text ?? '')?.[1];
  return size === undefined ? null : parseSize(size);
}
