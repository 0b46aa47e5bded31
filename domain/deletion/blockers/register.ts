import { backupBlocker } from './backup';
import type { Blocked, Blocker, DestroyFacts } from './blocker';
import { ceilingBlocker } from './ceiling';
import { haBlocker } from './ha';
import { identityBlocker } from './identity';
import { linkedClonesBlocker } from './linked-clones';
import { lockBlocker } from './lock';
import { pendingMarkBlocker } from './pending-mark';
import { protectionBlocker } from './protection';
import { replicationBlocker } from './replication';
import { runningBlocker } from './running';
import { sharedDisksBlocker } from './shared-disks';

/** Every reason why a guest is not destroyed now. All of them can be cleared, by a person, and none is cleared by us. */
export const blockers: readonly Blocker[] = [
  runningBlocker,
  protectionBlocker,
  lockBlocker,
  haBlocker,
  linkedClonesBlocker,
  replicationBlocker,
  sharedDisksBlocker,
  identityBlocker,
  pendingMarkBlocker,
  backupBlocker,
  ceilingBlocker,
];

export const blockedBy = (facts: DestroyFacts): Blocked[] => blockers.flatMap(blocker => blocker.look(facts) ?? []);
