/** What a worker hosts: the name of each export is its workflow type. */
export { deletionRequest } from './deletion-request';
export { endpointProbe } from './endpoint-probe';
export { endpointSync } from './endpoint-sync';
export { fullSync } from './full-sync';
export { reconcile } from './reconcile';
export { guestDestroy } from './guest-destroy';
export { guestChange } from './guest-change';
export { intentApply } from './intent-apply';
export { intentMerge } from './intent-merge';
export { intentPlan } from './intent-plan';
export { netboxLink } from './netbox-link';
export { outbox } from './outbox';
export { retention } from './retention';
export { scheduledSync } from './scheduled-sync';
export { watch } from './watch';
