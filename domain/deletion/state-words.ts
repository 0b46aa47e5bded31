import type { DeletionState } from './states';

/** What the state means for whoever reads it, and what comes next. */
export const stateWords: Readonly<Record<DeletionState, string>> = {
  needs_requester:
    'None of our users has asked for this. Somebody who may delete the guest adopts the request, and becomes its requester.',
  pending:
    'Nothing is done to the guest until somebody else approves. At the deadline the request expires by itself, and the guest stays.',
  approved: 'Everything is checked once more, and then the guest is destroyed.',
  held: 'A switch is off, so nothing is destroyed for now. It is looked at again every few minutes, until the approval is too old.',
  blocked:
    'Something about the guest must be cleared by a person first. It is looked at again every few minutes, until the approval is too old.',
  executing: 'The one call that destroys the guest may have been sent. Nothing can be taken back.',
  destroyed: 'A read shows that the guest is gone.',
  rejected: 'The guest stays.',
  cancelled: 'One of the requesters took it back. The guest stays.',
  expired: 'Nobody decided in time. The guest stays.',
  void: 'The guest is no longer the one that was approved. It stays; ask anew if it is still to go.',
  failed: 'The guest was not destroyed.',
  outcome_unknown:
    'An answer was lost, and reading did not tell what became of the guest. It is protected now; look at it in Proxmox.',
};
