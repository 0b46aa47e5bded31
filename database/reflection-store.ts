import { Client, type Pool } from 'pg';
import { inTransaction, type Queryable } from './queryable';
import * as changes from './repositories/changes';
import * as conflicts from './repositories/conflicts';
import * as endpoints from './repositories/endpoints';
import * as guests from './repositories/guests';
import * as links from './repositories/links';
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
  ...bindings,
  ...runConfirmations,
  appendRunEvent: runEvents.appendRunEvent,
  completeStep: runEvents.completeStep,
  listOpenRuns,
  listEndpoints: endpoints.listEndpoints,
  findEndpoint: endpoints.findEndpoint,
};

type Repositories = typeof repositories;
type WithoutDb<F> = F extends (db: Queryable, ...args: infer A) => infer R ? (...args: A) => R : never;

/** What reflection's activities may do with the database: the repositories' functions, each bound to a connection. */
export type StoreFunctions = { readonly [Name in keyof Repositories]: WithoutDb<Repositories[Name]> };

export interface ReflectionStore extends StoreFunctions {
  /** All of `work` or nothing. */
  transaction<T>(work: (store: StoreFunctions) => Promise<T>): Promise<T>;
  /** Runs `work` while no other process holds the lock; waits for it. */
  withLock<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function createReflectionStore(pool: Pool): ReflectionStore {
  return {
    ...bind(pool),
    transaction: work => inTransaction(pool, db => work(bind(db))),
    withLock: async (name, work) => {
      // A session of its own: many who hold or await a lock must not use up the pool that their work needs.
      const client = new Client(pool.options);
      // A lost session is heard of by the next query of the work.
      client.on('error', () => {});
      await client.connect();
      try {
        await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
        return await work();
      } finally {
        // Ending the session frees the lock whatever happened to it.
        await client.end().catch(() => {});
      }
    },
  };
}

function bind(db: Queryable): StoreFunctions {
  const bound = Object.entries(repositories).map(([name, run]) => [
    name,
    (...args: unknown[]) => (run as (db: Queryable, ...rest: unknown[]) => unknown)(db, ...args),
  ]);
  return Object.fromEntries(bound) as StoreFunctions;
}
