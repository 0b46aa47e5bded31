import type { Permission } from '../people/permissions';
import type { GuestKind } from '../proxmox/guest-config';
import { INTENT_PHRASE, intentEnabled } from '../settings/intent-switch';
import type { SettingValues } from '../settings/register';
import type { IntentOp } from './changes/guest-change';

/** Why intent does nothing. The codes that Proxbox has are Proxbox's; all are a contract with programs. */
export type GateCode =
  | 'intent_disabled'
  | 'intent_phrase_missing'
  | 'endpoint_id_required'
  | 'endpoint_not_found'
  | 'endpoint_disabled'
  | 'endpoint_writes_disabled'
  | 'branch_not_opted_in'
  | 'vm_not_opted_in'
  | 'destroy_not_confirmed'
  | 'requester_unknown'
  | 'permission_denied';

export interface GateReason {
  readonly code: GateCode;
  /** What is the matter, and what to do about it. */
  readonly message: string;
}

/** Who let this change through to Proxmox. */
export type OptIn =
  /** A NetBox branch, by its custom fields. Only a plain `true` counts. */
  | { by: 'branch'; name: string; applyToProxmox: unknown; applyDestroyConfirmed: unknown }
  /** A change that NetBox's change log shows: the virtual machine's own custom field. */
  | { by: 'change-log'; vm: string; applyToProxmox: unknown }
  /** Somebody's own request to our API. */
  | { by: 'request' };

export interface GateFacts {
  readonly settings: Pick<SettingValues, 'netbox_to_proxmox_enabled' | 'netbox_to_proxmox_typed_confirmation'>;
  /** `unnamed`: the change does not say which; null: it names one that we do not have. */
  readonly endpoint: { name: string; enabled: boolean; allowWrites: boolean } | 'unnamed' | null;
  readonly optIn: OptIn;
  /** Absent when the question is about a run as a whole. */
  readonly change?: {
    readonly op: IntentOp;
    readonly kind: GuestKind;
    /**
     * Whether whoever asked for it held the permission then, and holds it now. Null: nobody of ours asked for it; `to-be-adopted`: likewise, of a delete
     * that only becomes a request, which waits until somebody with the permission adopts it.
     */
    readonly requester: { name: string; heldAtRequest: boolean; holdsNow: boolean } | 'to-be-adopted' | null;
  };
}

export type GateAnswer = { allowed: true } | { allowed: false; reasons: readonly GateReason[] };

/**
 * The one question before anything of intent happens: asked at the plan, at the start of an apply, and again in each activity that
 * writes, always with facts that were read just then. Every reason is given, not only the first.
 */
export function decideGate(facts: GateFacts): GateAnswer {
  const reasons = [...switchReasons(facts), ...endpointReasons(facts), ...optInReasons(facts), ...changeReasons(facts)];
  return reasons.length === 0 ? { allowed: true } : { allowed: false, reasons };
}

/** The permission that a change needs. */
export function intentPermission(op: IntentOp, kind: GuestKind): Permission {
  const permissions = {
    qemu: { create: 'intent_create_vm', update: 'intent_update_vm', delete: 'intent_delete_vm' },
    lxc: { create: 'intent_create_lxc', update: 'intent_update_lxc', delete: 'intent_delete_lxc' },
  } as const satisfies Record<GuestKind, Record<IntentOp, Permission>>;
  return permissions[kind][op];
}

const reason = (code: GateCode, message: string): GateReason => ({ code, message });

function switchReasons({ settings }: GateFacts): GateReason[] {
  if (intentEnabled(settings)) return [];
  if (!settings.netbox_to_proxmox_enabled) {
    return [
      reason(
        'intent_disabled',
        'Changes in NetBox do not change guests in Proxmox here: netbox_to_proxmox_enabled is off. Switch it on in the settings.',
      ),
    ];
  }
  return [
    reason(
      'intent_phrase_missing',
      `netbox_to_proxmox_enabled is on without its typed phrase. Switch it on again in the settings and type ${INTENT_PHRASE}.`,
    ),
  ];
}

function endpointReasons({ endpoint }: GateFacts): GateReason[] {
  if (endpoint === 'unnamed') {
    return [
      reason(
        'endpoint_id_required',
        "Nothing says which endpoint this is for. Put the virtual machine into the endpoint's cluster, or name the endpoint in the request.",
      ),
    ];
  }
  if (endpoint === null)
    return [reason('endpoint_not_found', 'There is no such endpoint. Look at the list of endpoints for its id.')];
  const reasons: GateReason[] = [];
  if (!endpoint.enabled) reasons.push(reason('endpoint_disabled', `The endpoint ${endpoint.name} is disabled. Enable it first.`));
  if (!endpoint.allowWrites) {
    reasons.push(
      reason(
        'endpoint_writes_disabled',
        `The endpoint ${endpoint.name} is read-only. Set its allow_writes and its write credential first.`,
      ),
    );
  }
  return reasons;
}

function optInReasons({ optIn, change }: GateFacts): GateReason[] {
  if (optIn.by === 'request') return [];
  if (optIn.by === 'change-log') {
    if (optIn.applyToProxmox === true) return [];
    return [
      reason(
        'vm_not_opted_in',
        `${optIn.vm} is not to be changed by changes in NetBox. Set its custom field apply_to_proxmox to true if it is.`,
      ),
    ];
  }
  const reasons: GateReason[] = [];
  if (optIn.applyToProxmox !== true) {
    reasons.push(
      reason(
        'branch_not_opted_in',
        `The branch ${optIn.name} is not meant for Proxmox. Set its custom field apply_to_proxmox to true if it is.`,
      ),
    );
  }
  if (change?.op === 'delete' && optIn.applyDestroyConfirmed !== true) {
    reasons.push(
      reason(
        'destroy_not_confirmed',
        `The branch ${optIn.name} deletes guests without saying that it means to. Set its custom field apply_destroy_confirmed to true if it does.`,
      ),
    );
  }
  return reasons;
}

function changeReasons({ change }: GateFacts): GateReason[] {
  if (!change) return [];
  const permission = intentPermission(change.op, change.kind);
  const { requester } = change;
  if (requester === 'to-be-adopted' && change.op === 'delete') return [];
  if (requester === null || requester === 'to-be-adopted') {
    return [
      reason('requester_unknown', 'Whoever asked for this is none of our users. Link their NetBox account to a user of ours.'),
    ];
  }
  if (requester.heldAtRequest && requester.holdsNow) return [];
  const when = requester.holdsNow
    ? 'did not hold it when they asked'
    : requester.heldAtRequest
      ? 'no longer holds it'
      : 'does not hold it';
  return [
    reason(
      'permission_denied',
      `permission denied: ${permission}. ${requester.name} ${when}. Somebody with the permission can ask for the change.`,
    ),
  ];
}
