import type { Queryable } from '../queryable';

/** The cluster that an endpoint first reached: its name, and the SHA-256 fingerprints of its nodes' certificates. */
export interface BoundCluster {
  name: string;
  fingerprints: string[];
}

/** `other`: another cluster is behind the address than at first. `taken`: another endpoint already stands for this cluster. */
export type BindingOutcome =
  { outcome: 'same' } | { outcome: 'other'; bound: BoundCluster } | { outcome: 'taken'; byEndpoint: string };

/**
 * Binds the endpoint to the cluster, or says why not. One certificate in common makes it the same cluster: nodes join, leave and renew
 * theirs one at a time. Call it in a transaction.
 */
export async function bindEndpoint(db: Queryable, endpointId: string, cluster: BoundCluster): Promise<BindingOutcome> {
  await db.query(`select pg_advisory_xact_lock(hashtext('endpoint binding'))`);
  const found = await judgeBinding(db, endpointId, cluster);
  if (found.outcome === 'other' || found.outcome === 'taken') return found;
  const key = `${cluster.name} ${cluster.fingerprints[0] ?? endpointId}`;
  await db.query(`update endpoint set bound_cluster = $2, bound_key = coalesce(bound_key, $3) where id = $1`, [
    endpointId,
    JSON.stringify(cluster),
    key,
  ]);
  return { outcome: 'same' };
}

/** What binding the endpoint to the cluster would come to; `unbound` when it would be the first. */
export async function judgeBinding(
  db: Queryable,
  endpointId: string,
  cluster: BoundCluster,
): Promise<BindingOutcome | { outcome: 'unbound' }> {
  const { rows } = await db.query<{ id: string; name: string; bound_cluster: BoundCluster | null }>(
    `select id, name, bound_cluster from endpoint where bound_cluster is not null or id = $1`,
    [endpointId],
  );
  const own = rows.find(row => row.id === endpointId)?.bound_cluster ?? null;
  if (own && !isSame(own, cluster)) return { outcome: 'other', bound: own };
  const holder = rows.find(row => row.id !== endpointId && row.bound_cluster && isSame(row.bound_cluster, cluster));
  if (holder) return { outcome: 'taken', byEndpoint: holder.name };
  return { outcome: own === null ? 'unbound' : 'same' };
}

const isSame = (a: BoundCluster, b: BoundCluster): boolean =>
  a.name === b.name &&
  (a.fingerprints.length === 0 || b.fingerprints.length === 0 || a.fingerprints.some(item => b.fingerprints.includes(item)));

export interface Rights {
  /** Paths with `VM.Audit`, propagated or not. */
  vmAudit: string[];
}

export async function loadRights(db: Queryable, endpointId: string): Promise<Rights | undefined> {
  const { rows } = await db.query<{ rights: Rights | null }>(`select rights from endpoint where id = $1`, [endpointId]);
  return rows[0]?.rights ?? undefined;
}

export async function saveRights(db: Queryable, endpointId: string, rights: Rights): Promise<void> {
  await db.query(`update endpoint set rights = $2 where id = $1`, [endpointId, JSON.stringify(rights)]);
}
