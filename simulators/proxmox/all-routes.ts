import type { Routes } from './call';
import { accessRoutes } from './routes/access';
import { agentRoutes } from './routes/agent';
import { backupRoutes } from './routes/backup';
import { clusterRoutes } from './routes/cluster';
import { guestReadRoutes } from './routes/guest-reads';
import { haRoutes } from './routes/ha';
import { nodeRoutes } from './routes/nodes';
import { optionRoutes } from './routes/options';
import { poolRoutes } from './routes/pools';
import { replicationRoutes } from './routes/replication';
import { storageRoutes } from './routes/storage';
import { taskRoutes } from './routes/tasks';
import { versionRoutes } from './routes/version';
import { cloneRoutes } from './routes/clone';
import { createRoutes } from './routes/create';
import { destroyRoutes } from './routes/destroy';
import { diskRoutes } from './routes/disks';
import { guestConfigRoutes } from './routes/guest-config';
import { moveGuestRoutes } from './routes/move-guests';
import { powerRoutes } from './routes/power';
import { snapshotRoutes } from './routes/snapshots';

/** Every method that the simulator serves. */
export const routes: Routes = {
  ...versionRoutes,
  ...accessRoutes,
  ...clusterRoutes,
  ...optionRoutes,
  ...haRoutes,
  ...backupRoutes,
  ...replicationRoutes,
  ...poolRoutes,
  ...nodeRoutes,
  ...storageRoutes,
  ...taskRoutes,
  ...guestReadRoutes,
  ...agentRoutes,
  ...cloneRoutes,
  ...createRoutes,
  ...destroyRoutes,
  ...diskRoutes,
  ...guestConfigRoutes,
  ...moveGuestRoutes,
  ...powerRoutes,
  ...snapshotRoutes,
};
