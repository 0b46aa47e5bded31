import { randomUUID } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { createPool } from '../../database/connect';
import { readRunNotes } from './run-notes';

export interface TestDatabase {
  pool: Pool;
  url: string;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

/** A database of one's own with every migration applied, copied from the run's template in some 50 ms. Call `drop()` at the end. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(readRunNotes().templateDatabase);
}

/** A database of one's own with nothing in it, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template1');
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const { databaseUrl } = readRunNotes();
  const name = `proxbox_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(databaseUrl, `create database ${name} template ${template}`);
  const url = withDatabase(databaseUrl, name);
  const pool = createPool(url);
  return {
    pool,
    url,
    drop: async () => {
      await pool.end();
      await onServer(databaseUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

/** Runs one statement on a server, outside of any transaction. */
export async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same server's URL with another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
