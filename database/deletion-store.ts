import type { Pool } from 'pg';
import { bind, type Bound } from './bind';
import { inTransaction } from './queryable';
import * as audited from './repositories/deletion/audited';
import * as decisions from './repositories/deletion/decisions';
import * as leftMarks from './repositories/deletion/left-marks';
import * as losses from './repositories/deletion/losses';
import * as requesters from './repositories/deletion/requesters';
import * as requests from './repositories/deletion/requests';
import * as endpoints from './repositories/endpoints';
import { listGuestChanges, moveGuestChange } from './repositories/intent/changes';
import { findPlanOfRun } from './repositories/intent/plans';
import * as links from './repositories/links';
import { judgeBinding } from './repositories/bindings';
import { listHolders, listWithRole } from './repositories/people/holders';
import { grantsOf } from './repositories/people/role-bindings';
import { listUsersOfNetBox } from './repositories/people/users';
import { tellDeletion } from './tell-deletion';

const { CODE_MINUTES: _, ...ofDecisions } = decisions;

const repositories = {
  ...requests,
  ...requesters,
  ...audited,
  ...ofDecisions,
  ...losses,
  ...leftMarks,
  findPlanOfRun,
  listGuestChanges,
  moveGuestChange,
  findEndpoint: endpoints.findEndpoint,
  loadLinks: links.loadLinks,
  judgeBinding,
  grantsOf,
  listHolders,
  listWithRole,
  listUsersOfNetBox,
  tellDeletion,
};

/** What the activities of deletion requests may do with the database. */
export type DeletionStoreFunctions = Bound<typeof repositories>;

export interface DeletionStore extends DeletionStoreFunctions {
  /** All of `work` or nothing. */
  transaction<T>(work: (store: DeletionStoreFunctions) => Promise<T>): Promise<T>;
}

export function createDeletionStore(pool: Pool): DeletionStore {
  return { ...bind(repositories, pool), transaction: work => inTransaction(pool, db => work(bind(repositories, db))) };
}
