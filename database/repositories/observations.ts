import type { GuestKey, ObservedGuest, UnreadableGuest, ObservedCluster, Inventory } from '../../domain/reflection/inventory';
import type { Queryable } from '../queryable';

/** One observed thing with the hash of its canonical JSON. */
export interface Observation {
  kind: 'cluster' | 'guest';
  key: string;
  hash: Buffer;
  body: unknown;
}

/** Content is stored once however often it is seen; the run refers to it. Repeating a batch changes nothing. */
export async function saveObservations(db: Queryable, runId: string, observations: Observation[]): Promise<void> {
  if (observations.length === 0) return;
  const hashes = observations.map(item => item.hash);
  await db.query(
    `insert into observation_content (hash, body)
     select distinct on (hash) hash, body from unnest($1::bytea[], $2::jsonb[]) as item (hash, body) order by hash
     on conflict (hash) do update set last_seen = current_date where observation_content.last_seen < current_date`,
    [hashes, observations.map(item => JSON.stringify(item.body))],
  );
  await db.query(
    `insert into run_observation (run_id, kind, key, hash) select $1, kind, key, hash from unnest($2::text[], $3::text[], $4::bytea[]) as item (kind, key, hash)
     on conflict (run_id, kind, key, day) do update set hash = excluded.hash`,
    [runId, observations.map(item => item.kind), observations.map(item => item.key), hashes],
  );
}

export interface ClusterObservation {
  cluster: ObservedCluster;
  unreadable: UnreadableGuest[];
  others?: GuestKey[];
}

export async function loadInventory(db: Queryable, runId: string): Promise<Inventory> {
  const { rows } = await db.query<{ kind: string; body: unknown }>(
    `select o.kind, c.body from run_observation o join observation_content c using (hash) where o.run_id = $1`,
    [runId],
  );
  const found = rows.find(row => row.kind === 'cluster');
  if (!found) throw new Error(`Run ${runId} has no observed cluster.`);
  const { cluster, unreadable, others = [] } = found.body as ClusterObservation;
  const guests = rows.filter(row => row.kind === 'guest').map(row => row.body as ObservedGuest);
  return { cluster, unreadable, others, guests: guests.sort((a, b) => a.vmid - b.vmid || (a.kind < b.kind ? -1 : 1)) };
}
