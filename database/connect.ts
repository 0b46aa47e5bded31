import { Pool } from 'pg';
import type { Config } from '../config/config';
import { DatabaseRequiredError } from './errors';
import { launchPostgres } from './launch';

export interface ResolvedDatabase {
  /** May hold a password: never log it. */
  url: string;
  /** One line for people: what is used, without secrets. */
  described: string;
  /** Ends what was started for us; does nothing to a database that is not ours. */
  stop(): Promise<void>;
}

/**
 * The database to use: `DATABASE_URL`, else the embedded PostgreSQL in the state folder.
 * @throws DatabaseRequiredError in production without `DATABASE_URL`.
 */
export async function resolveDatabase(config: Pick<Config, 'database' | 'production' | 'stateDir'>): Promise<ResolvedDatabase> {
  const url = config.database.url?.reveal();
  if (url !== undefined) return { url, described: 'PostgreSQL: the one of DATABASE_URL', stop: async () => {} };
  if (config.production) throw new DatabaseRequiredError();

  const launched = await launchPostgres({ stateDir: config.stateDir, purpose: 'demo' });
  const found = launched.adopted ? 'embedded, found running' : 'embedded, started';
  return { url: launched.url, described: `PostgreSQL: ${found} (data in ${launched.folder})`, stop: launched.stop };
}

export interface PoolOptions {
  /** Most connections at once. */
  max?: number;
}

/** A connection pool. A connection that breaks while idle is dropped in silence: the query that needs one says when there is no server. */
export function createPool(url: string, { max = 10 }: PoolOptions = {}): Pool {
  const pool = new Pool({ connectionString: url, max, connectionTimeoutMillis: 10_000, application_name: 'proxbox-temporal' });
  pool.on('error', () => {});
  return pool;
}
