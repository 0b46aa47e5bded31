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

/** Of the plan of every run that waits, unless a test says otherwise. */
export const seededDigest = 'digest-of-the-plan';

/** A run as the workflows leave one; gives its id. */
export async function seedRun(pool: Pool, columns: Columns = {}): Promise<string> {
  const id = randomUUID();
  const waits = columns['state'] === 'awaiting_confirmation';
  await insert(pool, 'run', {
    id,
    kind: 'endpoint-sync',
    requested_by: 'test',
    workflow_id: `sync/${id}`,
    ...(waits && { plan_digest: seededDigest }),
    ...columns,
  });
  return id;
}

/** A schedule of a user who is nobody; gives its id. */
export async function seedSchedule(pool: Pool, { endpoint_ids: endpoints = null, ...columns }: Columns = {}): Promise<string> {
  const id = randomUUID();
  await insert(pool, 'schedule', { id, name: `schedule-${id}`, owner_id: randomUUID(), cron: '0 3 * * *', ...columns });
  await pool.query('update schedule set endpoint_ids = $2 where id = $1', [id, endpoints]);
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

/** A plan with one change of a guest of the endpoint. */
export async function seedGuestChange(pool: Pool, endpointId: string): Promise<{ planId: string; changeId: string }> {
  const [planId, changeId] = [randomUUID(), randomUUID()];
  await insert(pool, 'intent_plan', {
    id: planId,
    source: 'request',
    opt_in: {},
    requested_by: 'test',
    rights: {},
    state: 'ready',
    digest: 'x',
  });
  await insert(pool, 'guest_change', {
    id: changeId,
    plan_id: planId,
    seq: 1,
    endpoint_id: endpointId,
    kind: 'qemu',
    vmid: 100,
    name: 'vm-100',
    op: 'update',
    change: {},
    verdict: 'permitted',
  });
  return { planId, changeId };
}

export async function seedMerge(pool: Pool, planId: string): Promise<string> {
  const id = randomUUID();
  await insert(pool, 'intent_merge', {
    id,
    plan_id: planId,
    digest: 'x',
    branch_id: 1,
    branch_name: 'grow',
    requested_by: 'test',
    requester_id: randomUUID(),
    rights: {},
    allow_blocked: false,
    acknowledge_conflicts: false,
    stop_on_failure: false,
  });
  return id;
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

/** An open deletion request of a VM; its id. */
export async function seedDeletion(pool: Pool, endpointId: string): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `insert into deletion_request (id, endpoint_id, endpoint_name, kind, vmid, source, opt_in, reason, state, deadline)
     values ($1, $2, 'a', 'qemu', 900, 'request', '{"by": "request"}', 'seeded', 'pending', now() + interval '7 days')`,
    [id, endpointId],
  );
  return id;
}
