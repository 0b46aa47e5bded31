/**
 * Who may decide. People are our users by their ids: an identity that is mapped to none of them has no right, equals nobody, and satisfies no rule.
 */
export interface Decider {
  /** Id of our user; null for whoever is none. */
  readonly person: string | null;
  /** Whether they hold `authorize_deletion_request` on the guest's endpoint, asked just now. */
  readonly mayAuthorize: boolean;
}

export interface DecisionRules {
  /** Everybody who deleted it in the branch, merged it, asked for it, adopted it or joined. Null is somebody who is none of our users. */
  readonly requesters: readonly (string | null)[];
  /** The setting `intent_apply_authorization_self_approve_allowed`. */
  readonly selfApproveAllowed: boolean;
  /** How many different people must approve. */
  readonly quorum: number;
}

export type DecisionRefusal = 'unknown_person' | 'permission_denied' | 'own_request' | 'requester_unknown';

export type MayDecide = { allowed: true } | { allowed: false; code: DecisionRefusal; message: string };

/** Asked by the API, again when the decision is recorded, and again before the guest is destroyed; the database has the rule as a constraint, too. */
export function mayDecide(verdict: 'approve' | 'reject', { person, mayAuthorize }: Decider, rules: DecisionRules): MayDecide {
  if (person === null)
    return refuse(
      'unknown_person',
      'Whoever decides must be one of our users. Sign in with an account of ours, or have yours linked.',
    );
  if (!mayAuthorize)
    return refuse('permission_denied', 'permission denied: authorize_deletion_request. Somebody with the permission can decide.');
  if (!rules.requesters.some(requester => requester !== null)) {
    return refuse(
      'requester_unknown',
      'Nobody of our users has asked for this. Somebody with the permission to delete must adopt the request first.',
    );
  }
  if (!rules.requesters.includes(person)) return { allowed: true };
  if (verdict === 'reject') return refuse('own_request', 'You asked for this deletion yourself. Cancel the request instead.');
  if (rules.selfApproveAllowed) return { allowed: true };
  return refuse('own_request', 'You asked for this deletion yourself: somebody else must approve it.');
}

/** One decision of a person, as its row has it. */
export interface Approval extends Decider {
  readonly digest: string;
}

export interface Standing {
  /** Different people whose approval counts now. */
  readonly counted: readonly string[];
  readonly enough: boolean;
  /** People whose approval does not count any more, and why. */
  readonly lost: readonly { readonly person: string | null; readonly because: DecisionRefusal | 'other_digest' }[];
}

/** Whose approvals count at this moment: by people who may still decide, for exactly what is there now. A person counts once. */
export function standing(approvals: readonly Approval[], digest: string, rules: DecisionRules): Standing {
  const counted = new Set<string>();
  const lost: Standing['lost'][number][] = [];
  for (const approval of approvals) {
    const answer = mayDecide('approve', approval, rules);
    if (!answer.allowed) lost.push({ person: approval.person, because: answer.code });
    else if (approval.digest !== digest) lost.push({ person: approval.person, because: 'other_digest' });
    else if (approval.person !== null) counted.add(approval.person);
  }
  return { counted: [...counted].sort(), enough: counted.size >= Math.max(1, rules.quorum), lost };
}

const refuse = (code: DecisionRefusal, message: string): MayDecide => ({ allowed: false, code, message });

/** Whether what somebody typed is the guest: its name, or its VMID where it has none. Never both, so that nobody types by habit. */
export const typedRight = (typed: string, guest: { readonly name: string | null; readonly vmid: number }): boolean =>
  typed.trim() === (guest.name ?? String(guest.vmid));
