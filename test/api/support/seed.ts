import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

type Columns = Record<string, unknown>;

/** Inserts a row; objects go in as JSON. */
async function insert(pool: Pool, table: string, columns: Columns): Promise<void> {
  const names = Object.keys(columns);
  const values = Object.values(columns).map(value =>
    typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value,
  );
  await pool.query(`insert into ${table} (${names.join()}) values (${names.map((_, index) => `$${index + 1}`).join()})`, values);
}

/** A run as the workflows leave one; gives its id. */
export async function seedRun(pool: Pool, columns: Columns = {}): Promise<string> {
  const id = randomUUID();
  await insert(pool, 'run', { id, kind: 'endpoint-sync', requested_by: 'test', workflow_id: `sync/${id}`, ...columns });
  return id;
}

export async function seedChanges(pool: Pool, runId: string, rows: Columns[]): Promise<void> {
  await pool.query('select ensure_run_partitions(current_date, 1)');
  for (const [index, row] of rows.entries()) {
    const seq = index + 1;
    await insert(pool, 'change', {
      run_id: runId,
      seq,
      kind: 'virtual-machine',
      key: `qemu/${seq}`,
      label: `vm-${seq}`,
      action: 'create',
      ...row,
    });
  }
}

export async function seedFindings(pool: Pool, runId: string, rows: Columns[]): Promise<void> {
  await pool.query('select ensure_run_partitions(current_date, 1)');
  for (const [index, row] of rows.entries()) {
    await insert(pool, 'finding', {
      run_id: runId,
      seq: index + 1,
      code: 'ip-conflict',
      severity: 'warning',
      label: 'x',
      message: 'x',
      ...row,
    });
  }
}
