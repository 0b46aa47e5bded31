import type { Pool } from 'pg';
import { withAdvisoryLock } from './advisory-lock';
import { bind, type Bound } from './bind';
import { inTransaction } from './queryable';
import * as endpoints from './repositories/endpoints';
import * as guests from './repositories/guests';
import * as branchEvents from './repositories/intent/branch-events';
import * as changeLog from './repositories/intent/change-log';
import * as calls from './repositories/intent/calls';
import * as changes from './repositories/intent/changes';
import * as holds from './repositories/intent/holds';
import { noteHookCheck } from './repositories/intent/hook-check';
import * as merges from './repositories/intent/merges';
import * as plans from './repositories/intent/plans';
import * as reservations from './repositories/intent/reservations';
import * as intentRuns from './repositories/intent/runs';
import { forgetIntentSecrets } from './repositories/intent/secrets';
import * as watch from './repositories/intent/watch';
import * as links from './repositories/links';
import { grantsOf } from './repositories/people/role-bindings';
import { findUser, listUsersOfNetBox } from './repositories/people/users';
import * as runEvents from './repositories/run-events';
import * as runs from './repositories/run-records';

const repositories = {
  ...plans,
  ...changes,
  ...calls,
  ...reservations,
  ...holds,
  ...branchEvents,
  ...changeLog,
  ...merges,
  ...intentRuns,
  ...watch,
  forgetIntentSecrets,
  noteHookCheck,
  ...runs,
  findEndpoint: endpoints.findEndpoint,
  listEndpoints: endpoints.listEndpoints,
  loadGuests: guests.loadGuests,
  saveGuests: guests.saveGuests,
  loadLinks: links.loadLinks,
  saveLinks: links.saveLinks,
  forgetLinks: links.forgetLinks,
  linksOfObjects: links.linksOfObjects,
  findUser,
  listUsersOfNetBox,
  grantsOf,
  appendRunEvent: runEvents.appendRunEvent,
};

/** What intent's activities may do with the database. */
export type IntentStoreFunctions = Bound<typeof repositories>;

export interface IntentStore extends IntentStoreFunctions {
  /** All of `work` or nothing. */
  transaction<T>(work: (store: IntentStoreFunctions) => Promise<T>): Promise<T>;
  /** Runs `work` while no other process holds the lock; waits for it. */
  withLock<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function createIntentStore(pool: Pool): IntentStore {
  return {
    ...bind(repositories, pool),
    transaction: work => inTransaction(pool, db => work(bind(repositories, db))),
    withLock: (name, work) => withAdvisoryLock(pool, name, work),
  };
}
