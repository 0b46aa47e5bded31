import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

type Columns = Record<string, unknown>;

/** A request that waits for a decision about a guest that was read, of one requester; columns may be others. */
export async function seedDeletion(
  pool: Pool,
  endpointId: string,
  columns: Columns,
  requester: { id: string; name: string },
): Promise<{ id: string; digest: string }> {
  const id = randomUUID();
  const digest = 'd'.repeat(64);
  const row: Columns = {
    id,
    digest,
    endpoint_id: endpointId,
    endpoint_name: 'lab',
    kind: 'qemu',
    node: 'pve1',
    source: 'request',
    opt_in: { by: 'request' },
    reason: 'nobody needs it',
    state: 'pending',
    deadline: new Date(Date.now() + 7 * 86_400_000),
    about: {
      cluster: 'berlin',
      kind: 'qemu',
      evidence: { smbiosUuid: '5d7c2a7e-0000-4000-8000-000000000001', macs: ['BC:24:11:00:00:01'] },
      config: { cores: '2', memory: '1024' },
      pending: {},
      disks: [{ volume: 'local:vm-disk-0', sizeBytes: 8 * 2 ** 30 }],
      netbox: { 'virtual-machine': [7] },
    },
    snapshot: {
      takenAt: new Date().toISOString(),
      status: 'running',
      pool: null,
      snapshots: [],
      backup: { visible: true, newestAt: null },
    },
    ...columns,
  };
  const values = Object.values(row).map(value =>
    typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value,
  );
  const places = values.map((_, index) => `$${index + 1}`).join();
  await pool.query(`insert into deletion_request (${Object.keys(row).join()}) values (${places})`, values);
  await pool.query(
    `insert into deletion_requester (request_id, user_id, name, how, held_at_request) values ($1, $2, $3, 'asked', true)`,
    [id, requester.id, requester.name],
  );
  return { id, digest };
}
