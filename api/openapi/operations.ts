import { auditOperations } from '../audit/operations';
import type { RouteName } from '../auth/route-access';
import { authOperations } from '../auth/operations';
import { deletionOperations } from '../deletion/operations';
import { endpointOperations } from '../endpoints/operations';
import { intentOperations } from '../intent/operations';
import { roleOperations } from '../people/role-operations';
import { userOperations } from '../people/user-operations';
import { proxboxOperations } from '../proxbox/operations';
import { runOperations } from '../runs/operations';
import { scheduleOperations } from '../schedules/operations';
import { settingOperations } from '../settings/operations';
import { systemOperations } from '../system/operations';
import { notificationOperations } from '../notifications/operations';
import type { Operation } from './operation';

/** Every route with its declaration. */
export const operations: Readonly<Record<RouteName, Operation>> = {
  ...endpointOperations,
  ...runOperations,
  ...proxboxOperations,
  ...intentOperations,
  ...deletionOperations,
  ...scheduleOperations,
  ...settingOperations,
  ...notificationOperations,
  ...authOperations,
  ...userOperations,
  ...roleOperations,
  ...auditOperations,
  ...systemOperations,
};
