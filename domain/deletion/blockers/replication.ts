import { unreadable, type Blocker } from './blocker';

export const replicationBlocker: Blocker = {
  name: 'replication',
  look({ live, replicationJobs }) {
    if (replicationJobs === null) return unreadable('it is replicated');
    if (replicationJobs.length === 0) return null;
    return {
      code: 'replicated',
      message: `Guest ${live.vmid} has replication jobs: ${replicationJobs.join(', ')}. Remove them first.`,
    };
  },
};
