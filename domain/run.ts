import type { GuestKey } from './reflection/inventory';
import type { ReflectionKindName } from './reflection/kind-names';

/** What a run covers. Absent lists mean everything. */
export interface RunScope {
  /** Stop after the plan. */
  dryRun?: boolean;
  /** Endpoint ids. */
  endpoints?: string[];
  /** Kinds of NetBox objects; the kinds they depend on come along. */
  kinds?: ReflectionKindName[];
  /** Guests of the one endpoint; nothing is concluded about the others. */
  guests?: GuestKey[];
  /** Forget which NetBox objects show this endpoint's guests and match them anew; the plan waits for a person. */
  relink?: boolean;
  /** Id of the run whose plan a person has read and confirmed. */
  confirms?: string;
}

export type RunState = 'pending' | 'running' | 'awaiting_confirmation' | 'completed' | 'partial' | 'failed' | 'cancelled';

export const finalRunStates: readonly RunState[] = ['awaiting_confirmation', 'completed', 'partial', 'failed', 'cancelled'];

/** Why a run ended as it did; stable codes for programs, the sentence beside it is for people. */
export type RunReason =
  | 'first-run-review'
  | 'change-limit'
  | 'other-tool-active'
  | 'netbox-restored'
  | 'token-sees-only-part'
  | 'cluster-changed'
  | 'proxmox-unreachable'
  | 'proxmox-auth'
  | 'proxmox-tls'
  | 'proxmox-permission'
  | 'netbox-unreachable'
  | 'netbox-auth'
  | 'netbox-unsupported'
  | 'netbox-permission'
  | 'writes-refused'
  | 'guests-not-reflected'
  | 'guests-not-changed'
  | 'new-conflicts'
  | 'endpoint-failed'
  | 'endpoint-disabled'
  | 'configuration'
  | 'internal';
