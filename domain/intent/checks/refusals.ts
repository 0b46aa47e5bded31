import { blocked, warning, type Check } from './check';

/** What planning itself refused: CPUs that do not divide, a disk that would shrink, cloud-init that cannot be read, a guest that would move. */
export const refusalsCheck: Check = {
  name: 'refusals',
  run: ({ plan }) => (plan?.refusals ?? []).map(({ code, message }) => blocked(code, message)),
};

/** What planning leaves out without stopping the rest; tags that Proxmox refuses are among it. */
export const remarksCheck: Check = {
  name: 'remarks',
  run: ({ plan }) =>
    (plan?.remarks ?? []).map(({ field, message }) => warning(field === 'tags' ? 'tag_refused' : 'not_applied', message)),
};
