import { isRunning } from '../plan/live';
import { blocked, type Check } from './check';

/** Changes that need a stopped guest are not made to one that runs, and nobody stops it for them. */
export const runningCheck: Check = {
  name: 'running',
  run({ plan, live }) {
    if (!plan || !live || plan.op !== 'update' || plan.offlineKeys.length === 0 || !isRunning(live)) return [];
    const keys = plan.offlineKeys.join(', ');
    return [
      blocked(
        'update_requires_vm_stop',
        `Guest ${live.vmid} runs, and ${keys} can be changed only while it is stopped. Stop it, and apply again.`,
      ),
    ];
  },
};
