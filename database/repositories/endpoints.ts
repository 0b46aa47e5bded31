import type { LayerValues } from '../../domain/settings/register';
import type { Queryable } from '../queryable';

export type EndpointTls =
  | { mode: 'verify' }
  | { mode: 'insecure' }
  | { mode: 'ca'; ca: string }
  /** SHA-256 of the certificate, as `AA:BB:…`. */
  | { mode: 'fingerprint'; fingerprint: string };

/** What an endpoint decides for itself; a missing key means the setting of the installation. */
export type EndpointPolicy = LayerValues<'endpoint'>;

/** What people may set. */
export interface EndpointFields {
  name: string;
  /** Origin with its port. */
  url: string;
  tls: EndpointTls;
  enabled: boolean;
  allowWrites: boolean;
  siteSlug: string | null;
  netboxClusterName: string | null;
  netboxVrf: string | null;
  policy: EndpointPolicy;
}

export interface Endpoint extends EndpointFields {
  id: string;
  /** What was first found behind the address. */
  boundCluster: Record<string, unknown> | null;
  /** Counts what people changed; the binding and other findings of runs do not count. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

interface EndpointRow {
  id: string;
  name: string;
  url: string;
  tls_mode: EndpointTls['mode'];
  tls_ca: string | null;
  tls_fingerprint: string | null;
  enabled: boolean;
  allow_writes: boolean;
  site_slug: string | null;
  netbox_cluster_name: string | null;
  netbox_vrf: string | null;
  policy: EndpointPolicy;
  bound_cluster: Record<string, unknown> | null;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `id, name, url, tls_mode, tls_ca, tls_fingerprint, enabled, allow_writes, site_slug, netbox_cluster_name, netbox_vrf,
  policy, bound_cluster, version, created_at, updated_at`;

export async function listEndpoints(db: Queryable): Promise<Endpoint[]> {
  const { rows } = await db.query<EndpointRow>(`select ${COLUMNS} from endpoint order by lower(name)`);
  return rows.map(toEndpoint);
}

export async function findEndpoint(db: Queryable, id: string): Promise<Endpoint | undefined> {
  const { rows } = await db.query<EndpointRow>(`select ${COLUMNS} from endpoint where id = $1`, [id]);
  return rows.map(toEndpoint)[0];
}

/** The endpoint, which nobody else changes until the transaction ends. */
export async function lockEndpoint(db: Queryable, id: string): Promise<Endpoint | undefined> {
  const { rows } = await db.query<EndpointRow>(`select ${COLUMNS} from endpoint where id = $1 for update`, [id]);
  return rows.map(toEndpoint)[0];
}

/** Unique violation of `endpoint_name_key` when the name is taken, in whatever case. */
export async function insertEndpoint(db: Queryable, id: string, fields: EndpointFields): Promise<Endpoint> {
  const { rows } = await db.query<EndpointRow>(
    `insert into endpoint (id, name, url, tls_mode, tls_ca, tls_fingerprint, enabled, allow_writes, site_slug, netbox_cluster_name,
       netbox_vrf, policy)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning ${COLUMNS}`,
    [id, ...toValues(fields)],
  );
  return only(rows);
}

/** Writes what people may set. Unique violation of `endpoint_name_key` when the name is taken. */
export async function updateEndpoint(
  db: Queryable,
  id: string,
  fields: EndpointFields,
  { forgetBinding }: { forgetBinding: boolean },
): Promise<Endpoint> {
  const { rows } = await db.query<EndpointRow>(
    `update endpoint
        set name = $2, url = $3, tls_mode = $4, tls_ca = $5, tls_fingerprint = $6, enabled = $7, allow_writes = $8, site_slug = $9,
            netbox_cluster_name = $10, netbox_vrf = $11, policy = $12, version = version + 1, updated_at = now(),
            bound_cluster = case when $13 then null else bound_cluster end, bound_key = case when $13 then null else bound_key end
      where id = $1 returning ${COLUMNS}`,
    [id, ...toValues(fields), forgetBinding],
  );
  return only(rows);
}

/** Forgets which cluster is behind the address: the next run binds the one that it reaches. Undefined when there is no such endpoint. */
export async function clearBinding(db: Queryable, id: string): Promise<Endpoint | undefined> {
  const { rows } = await db.query<EndpointRow>(
    `update endpoint set bound_cluster = null, bound_key = null, version = version + 1, updated_at = now()
      where id = $1 returning ${COLUMNS}`,
    [id],
  );
  return rows.map(toEndpoint)[0];
}

/** Deletes the endpoint with its credentials and links. Its runs stay. */
export async function deleteEndpoint(db: Queryable, id: string): Promise<void> {
  await db.query('delete from endpoint where id = $1', [id]);
}

/** An open run that covers the endpoint: its own, or a full sync of everything or of this one; undefined when there is none. */
export async function openRunOf(db: Queryable, endpointId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select id from run
      where state in ('pending', 'running')
        and (endpoint_id = $1 or (kind = 'full-sync' and (not scope ? 'endpoints' or scope -> 'endpoints' ? $1::text)))
      order by created_at limit 1`,
    [endpointId],
  );
  return rows[0]?.id;
}

const toValues = (fields: EndpointFields): unknown[] => [
  fields.name,
  fields.url,
  fields.tls.mode,
  fields.tls.mode === 'ca' ? fields.tls.ca : null,
  fields.tls.mode === 'fingerprint' ? fields.tls.fingerprint : null,
  fields.enabled,
  fields.allowWrites,
  fields.siteSlug,
  fields.netboxClusterName,
  fields.netboxVrf,
  JSON.stringify(fields.policy),
];

const toEndpoint = (row: EndpointRow): Endpoint => ({
  id: row.id,
  name: row.name,
  url: row.url,
  tls: toTls(row),
  enabled: row.enabled,
  allowWrites: row.allow_writes,
  siteSlug: row.site_slug,
  netboxClusterName: row.netbox_cluster_name,
  netboxVrf: row.netbox_vrf,
  policy: row.policy,
  boundCluster: row.bound_cluster,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

function toTls({ tls_mode: mode, tls_ca: ca, tls_fingerprint: fingerprint }: EndpointRow): EndpointTls {
  switch (mode) {
    case 'ca':
      return { mode, ca: ca ?? '' };
    case 'fingerprint':
      return { mode, fingerprint: fingerprint ?? '' };
    default:
      return { mode };
  }
}

function only(rows: EndpointRow[]): Endpoint {
  const [row] = rows;
  if (row === undefined) throw new Error('The endpoint is gone: lock it before changing it.');
  return toEndpoint(row);
}
