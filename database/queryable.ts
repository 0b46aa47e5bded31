import type { Pool, PoolClient } from 'pg';

/** What a repository needs: a pool, or the one connection of a transaction. */
export type Queryable = Pick<PoolClient, 'query'>;

/** Runs `work` in one transaction; an error rolls everything back and is thrown on. */
export async function inTransaction<T>(pool: Pick<Pool, 'connect'>, work: (db: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  client.on('error', connectionLost);
  let broken = false;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => (broken = true));
    throw error;
  } finally {
    client.off('error', connectionLost);
    client.release(broken);
  }
}

/** Said by the query that fails; without a listener it would end the process. */
const connectionLost = (): void => {};
