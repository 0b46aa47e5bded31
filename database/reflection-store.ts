import type { Pool } from 'pg';
import { withAdvisoryLock } from './advisory-lock';
import { bind, type Bound } from './bind';
import { inTransaction } from './queryable';
import * as changes from './repositories/changes';
import * as conflicts from './repositories/conflicts';
import { listLostGuests } from './repositories/deletion/losses';
import * as endpoints from './repositories/endpoints';
import * as guests from './repositories/guests';
import { listHolds, releaseHold } from './repositories/intent/holds';
import { listTouchedGuests } from './repositories/intent/touched';
import * as links from './repositories/links';
import * as netboxExtras from './repositories/netbox-extras';
import * as netboxState from './repositories/netbox-state';
import * as observations from './repositories/observations';
import { listOpenRuns } from './repositories/open-runs';
import * as plans from './repositories/plans';
import * as runConfirmations from './repositories/run-confirmations';
import * as runEvents from './repositories/run-events';
import * as runs from './repositories/run-records';
import * as bindings from './repositories/bindings';

const repositories = {
  ...runs,
  ...observations,
  ...plans,
  ...changes,
  ...links,
  ...guests,
  ...conflicts,
  ...netboxState,
  ...netboxExtras,
  ...bindings,
  ...runConfirmations,
  appendRunEvent: runEvents.appendRunEvent,
  completeStep: runEvents.completeStep,
  listHolds,
  listLostGuests,
  releaseHold,
  listTouchedGuests,
  listOpenRuns,
  listEndpoints: endpoints.listEndpoints,
  findEndpoint: endpoints.findEndpoint,
};

/** What reflection's activities may do with the database: the repositories' functions, each bound to a connection. */
export type StoreFunctions = Bound<typeof repositories>;

export interface ReflectionStore extends StoreFunctions {
  /** All of `work` or nothing. */
  transaction<T>(work: (store: StoreFunctions) => Promise<T>): Promise<T>;
  /** Runs `work` while no other process holds the lock; waits for it. */
  withLock<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function createReflectionStore(pool: Pool): ReflectionStore {
  return {
    ...bind(repositories, pool),
    transaction: work => inTransaction(pool, db => work(bind(repositories, db))),
    withLock: (name, work) => withAdvisoryLock(pool, name, work),
  };
}
