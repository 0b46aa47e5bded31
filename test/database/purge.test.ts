import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { purge } from '../../database/purge';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { seedRun, seedSchedule } from '../api/support/seed';

let database: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  pool = database.pool;
});
afterEach(() => database.drop());

const RULES = { runDays: 90, observationDays: 30 };
const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);

async function addEndpoint(): Promise<string> {
  const id = randomUUID();
  await pool.query('insert into endpoint (id, name, url) values ($1, $2, $3)', [id, id, 'https://192.0.2.1:8006']);
  return id;
}

/** A run of so many days ago, with a planned change, a finding and an observation of that day. */
async function oldRun(days: number, columns: Record<string, unknown> = {}): Promise<string> {
  const id = await seedRun(pool, { created_at: daysAgo(days), state: 'completed', finished_at: daysAgo(days), ...columns });
  const { rows } = await pool.query<{ day: string }>('select to_char($1::timestamptz, $2) as day', [daysAgo(days), 'YYYY-MM-DD']);
  const day = rows[0]?.day;
  await pool.query('select ensure_run_partitions($1::date, 1)', [day]);
  await pool.query(
    `insert into change (run_id, day, seq, kind, key, label, action) values ($1, $2, 1, 'tag', 'k', 'l', 'create')`,
    [id, day],
  );
  await pool.query(
    `insert into finding (run_id, day, seq, code, severity, label, message) values ($1, $2, 1, 'c', 'info', 'l', 'm')`,
    [id, day],
  );
  const hash = Buffer.from(id);
  await pool.query('insert into observation_content (hash, body, last_seen) values ($1, $2, $3)', [hash, '{}', day]);
  await pool.query(`insert into run_observation (run_id, day, kind, key, hash) values ($1, $2, 'guest', 'k', $3)`, [
    id,
    day,
    hash,
  ]);
  return id;
}

const idsIn = async (table: string, column = 'run_id'): Promise<string[]> =>
  (await pool.query<{ id: string }>(`select ${column} as id from ${table}`)).rows.map(({ id }) => id).sort();
const partitions = async (): Promise<string[]> =>
  (
    await pool.query<{ name: string }>(
      `select relname as name from pg_inherits join pg_class on oid = inhrelid where relkind = 'r'`,
    )
  ).rows.map(({ name }) => name);

test('old runs go with their plans, findings and observations, and the days themselves', async () => {
  const endpoint_id = await addEndpoint();
  await oldRun(100, { endpoint_id });
  await oldRun(100, { endpoint_id });
  const young = await oldRun(10, { endpoint_id });
  const before = (await partitions()).length;
  expect(await purge(pool, RULES)).toMatchObject({ runs: 2, partitions: 3, rows: 0, busyPartitions: 0, contents: 2 });
  for (const table of ['change', 'finding', 'run_observation']) expect(await idsIn(table)).toEqual([young]);
  expect(await idsIn('run', 'id')).toEqual([young]);
  expect((await idsIn('observation_content', 'encode(hash, $$escape$$)')).length).toBe(1);
  expect(await partitions()).toHaveLength(before - 3);
  expect(await purge(pool, RULES)).toMatchObject({ runs: 0, partitions: 0, rows: 0, contents: 0 });
});

test('open runs, and the last and last complete run of each endpoint stay, with the runs that they belong to', async () => {
  const [endpoint_id, idle] = [await addEndpoint(), await addEndpoint()];
  const deleted = randomUUID();
  const whole = await oldRun(200, { kind: 'full-sync' });
  const complete = await oldRun(200, { endpoint_id, parent_id: whole });
  await oldRun(180, { endpoint_id, state: 'failed' });
  const last = await oldRun(150, { endpoint_id, state: 'failed' });
  const open = await oldRun(120, { endpoint_id: idle, state: 'running', finished_at: null });
  await oldRun(110, { endpoint_id: deleted });
  const kept = [whole, complete, last, open].sort();

  expect(await purge(pool, RULES)).toMatchObject({ runs: 2, rows: 0 });
  expect(await idsIn('run', 'id')).toEqual(kept);
  expect(await idsIn('change')).toEqual(kept);
  expect(await idsIn('run_observation')).toEqual([open]);
});

test('a day that holds something which is kept loses the rest', async () => {
  const endpoint_id = await addEndpoint();
  await oldRun(100, { endpoint_id, created_at: daysAgo(100.00002) });
  const last = await oldRun(100, { endpoint_id });
  expect(await purge(pool, RULES)).toMatchObject({ runs: 1, rows: 2 });
  expect(await idsIn('finding')).toEqual([last]);
});

test('what runs read goes earlier than their plans', async () => {
  const endpoint_id = await addEndpoint();
  const run = await oldRun(40, { endpoint_id });
  expect(await purge(pool, RULES)).toMatchObject({ runs: 0, partitions: 1, contents: 1 });
  expect(await idsIn('change')).toEqual([run]);
  expect(await idsIn('run_observation')).toEqual([]);
});

test('a content that another run refers to stays', async () => {
  const endpoint_id = await addEndpoint();
  const [old, young] = [await oldRun(40, { endpoint_id }), await oldRun(2, { endpoint_id })];
  await pool.query('update run_observation set hash = $2 where run_id = $1', [young, Buffer.from(old)]);
  await purge(pool, RULES);
  expect((await pool.query('select from observation_content where hash = $1', [Buffer.from(old)])).rowCount).toBe(1);
});

test('a day that somebody reads for long is left for the next time', async () => {
  await oldRun(100);
  const client = await pool.connect();
  await client.query('begin');
  await client.query('select from finding');
  expect(await purge(pool, RULES)).toMatchObject({ partitions: 2, busyPartitions: 1 });
  await client.query('rollback');
  client.release();
  expect(await purge(pool, RULES)).toMatchObject({ partitions: 1, busyPartitions: 0 });
});

test('what expired goes: sessions, failures to sign in, answers for repeated requests, old firings; the audit log stays', async () => {
  const user = randomUUID();
  await pool.query(`insert into app_user (id, username) values ($1, 'ann')`, [user]);
  const session = `insert into session (id_hash, user_id, csrf_secret, expires_at) values ($1, $2, 'c', $3)`;
  await pool.query(session, [Buffer.from('over'), user, daysAgo(1)]);
  await pool.query(session, [Buffer.from('open'), user, daysAgo(-1)]);
  await pool.query(`insert into login_failure (key, failures, last_at) values ('a', 1, $1), ('b', 1, now())`, [daysAgo(2)]);
  await pool.query(`insert into idempotency_key (caller, key, created_at) values ('a', 'a', $1), ('a', 'b', now())`, [
    daysAgo(2),
  ]);
  const schedule = await seedSchedule(pool);
  const firing = `insert into schedule_firing (execution, schedule_id, workflow_id, result, fired_at) values ($1, $2, 'w', 'skipped', $3)`;
  await pool.query(firing, [randomUUID(), schedule, daysAgo(100)]);
  await pool.query(firing, [randomUUID(), schedule, daysAgo(1)]);

  expect(await purge(pool, RULES)).toMatchObject({ sessions: 1, loginFailures: 1, idempotencyKeys: 1, firings: 1 });
  expect(await purge(pool, RULES)).toMatchObject({ sessions: 0, loginFailures: 0, idempotencyKeys: 0, firings: 0 });
});
