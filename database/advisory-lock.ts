import { Client, type Pool } from 'pg';

/** Runs `work` while no other process holds the lock; waits for it. */
export async function withAdvisoryLock<T>(pool: Pick<Pool, 'options'>, name: string, work: () => Promise<T>): Promise<T> {
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
}
