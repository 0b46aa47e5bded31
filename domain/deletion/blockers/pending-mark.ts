import { PENDING_DELETION } from '../marks';
import type { Blocker } from './blocker';

/** Whoever takes the mark off in Proxmox says that the guest is to stay. */
export const pendingMarkBlocker: Blocker = {
  name: 'pending-mark',
  look: ({ live }) =>
    live.config.tags.includes(PENDING_DELETION)
      ? null
      : {
          code: 'mark_missing',
          message: `Guest ${live.vmid} has lost the tag ${PENDING_DELETION}: somebody took it off. Ask them; put it back, or cancel the request.`,
        },
};
