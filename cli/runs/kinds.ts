import type { FullUpdate, RunSummaryView } from '../../api/runs/schema';

type Kind = NonNullable<FullUpdate['kinds']>[number];

/** What `--type` takes; in step with the API's, or this does not compile. */
const known: Record<Kind, true> = {
  tag: true,
  site: true,
  cluster: true,
  device: true,
  vlan: true,
  'virtual-machine': true,
  interface: true,
  'mac-address': true,
  'primary-mac': true,
  'primary-release': true,
  'ip-address': true,
  'primary-ip': true,
  'virtual-disk': true,
};
export const objectKinds: readonly string[] = Object.keys(known);

const states: Record<RunSummaryView['state'], true> = {
  pending: true,
  running: true,
  awaiting_confirmation: true,
  completed: true,
  partial: true,
  failed: true,
  cancelled: true,
};
export const runStates: readonly string[] = Object.keys(states);
