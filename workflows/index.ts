/** What a worker hosts: the name of each export is its workflow type. */
export { endpointSync } from './endpoint-sync';
export { fullSync } from './full-sync';
export { reconcile } from './reconcile';
