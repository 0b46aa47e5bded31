import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

type Columns = Record<string, unknown>;

/** A ready plan of a request about guests of an endpoint, as the planning leaves one; columns of a change may be left out. */
export async function seedPlan(
  pool: Pool,
  endpointId: string,
  changes: Columns[],
  columns: Columns = {},
): Promise<{ planId: string; digest: string; changeIds: string[] }> {
  const plan: Columns = {
    id: randomUUID(),
    source: 'request',
    opt_in: { by: 'request' },
    requested_by: 'test',
    rights: {},
    state: 'ready',
    digest: 'digest-of-the-plan',
    message: 'A summary of the plan.',
    ...columns,
  };
  await insert(pool, 'intent_plan', plan);
  const changeIds: string[] = [];
  for (const [seq, { fields = [], drift = [], calls = [], ...change }] of changes.entries()) {
    const id = randomUUID();
    changeIds.push(id);
    const usual = { kind: 'qemu', op: 'update', change: {}, verdict: 'permitted' };
    await insert(pool, 'guest_change', {
      ...usual,
      id,
      plan_id: plan['id'],
      seq,
      endpoint_id: endpointId,
      plan: { fields, drift, calls },
      ...change,
    });
  }
  return { planId: String(plan['id']), digest: String(plan['digest']), changeIds };
}

async function insert(pool: Pool, table: string, columns: Columns): Promise<void> {
  const values = Object.values(columns).map(value =>
    typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value,
  );
  const places = values.map((_, index) => `$${index + 1}`).join();
  await pool.query(`insert into ${table} (${Object.keys(columns).join()}) values (${places})`, values);
}
