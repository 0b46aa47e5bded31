import type { ProbeResult } from '../../domain/endpoints/probe';
import type { Queryable } from '../queryable';

/** A test of an endpoint's connections. */
export interface EndpointProbe {
  id: string;
  endpointId: string;
  requestedBy: string;
  /** Null while nobody has answered. */
  result: ProbeResult | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** Of each endpoint so many are kept. */
const KEPT = 20;

const COLUMNS = `id, endpoint_id as "endpointId", requested_by as "requestedBy", result, created_at as "createdAt",
  finished_at as "finishedAt"`;

export async function insertProbe(db: Queryable, probe: Pick<EndpointProbe, 'id' | 'endpointId' | 'requestedBy'>): Promise<void> {
  await db.query('insert into endpoint_probe (id, endpoint_id, requested_by) values ($1, $2, $3)', [
    probe.id,
    probe.endpointId,
    probe.requestedBy,
  ]);
  await db.query(
    `delete from endpoint_probe where endpoint_id = $1
        and id not in (select id from endpoint_probe where endpoint_id = $1 order by created_at desc limit $2)`,
    [probe.endpointId, KEPT],
  );
}

export async function findProbe(db: Queryable, id: string): Promise<EndpointProbe | undefined> {
  const { rows } = await db.query<EndpointProbe>(`select ${COLUMNS} from endpoint_probe where id = $1`, [id]);
  return rows[0];
}

export async function latestProbe(db: Queryable, endpointId: string): Promise<EndpointProbe | undefined> {
  const { rows } = await db.query<EndpointProbe>(
    `select ${COLUMNS} from endpoint_probe where endpoint_id = $1 order by created_at desc limit 1`,
    [endpointId],
  );
  return rows[0];
}

/** The first answer stays. */
export async function finishProbe(db: Queryable, id: string, result: ProbeResult): Promise<void> {
  await db.query('update endpoint_probe set result = $2, finished_at = now() where id = $1 and result is null', [
    id,
    JSON.stringify(result),
  ]);
}
