import type { Link } from '../../domain/reflection/change';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import type { Ref, Values } from '../../domain/reflection/values';
import type { Queryable } from '../queryable';

/** The link table of one endpoint: which NetBox object shows which Proxmox object, and what was reflected to it. */
export async function loadLinks(db: Queryable, endpointId: string): Promise<Map<ReflectionKindName, Map<string, Link>>> {
  const { rows } = await db.query<{
    kind: ReflectionKindName;
    key: string;
    netbox_id: string;
    values: Values;
    created_by_us: boolean;
  }>(`select kind, key, netbox_id, values, created_by_us from reflected where endpoint_id = $1`, [endpointId]);
  const links = new Map<ReflectionKindName, Map<string, Link>>();
  for (const row of rows) {
    const ofKind = links.get(row.kind) ?? new Map<string, Link>();
    ofKind.set(row.key, { netboxId: Number(row.netbox_id), values: row.values, createdByUs: row.created_by_us });
    links.set(row.kind, ofKind);
  }
  return links;
}

/** NetBox ids of those of an endpoint's objects that exist. */
export async function findLinkedIds(
  db: Queryable,
  endpointId: string,
  wanted: Ref[],
): Promise<{ kind: string; key: string; netboxId: number }[]> {
  const distinct = [...new Map(wanted.map(item => [`${item.ref}:${item.key}`, item])).values()];
  if (distinct.length === 0) return [];
  const { rows } = await db.query<{ kind: string; key: string; netbox_id: string }>(
    `select kind, key, netbox_id from reflected join unnest($2::text[], $3::text[]) as item (kind, key) using (kind, key)
     where endpoint_id = $1`,
    [endpointId, distinct.map(item => item.ref), distinct.map(item => item.key)],
  );
  return rows.map(row => ({ kind: row.kind, key: row.key, netboxId: Number(row.netbox_id) }));
}

/** What objects of NetBox show, by their ids, whichever endpoint it belongs to. */
export async function linksOfObjects(
  db: Queryable,
  kind: ReflectionKindName,
  netboxIds: readonly number[],
): Promise<{ netboxId: number; endpointId: string; key: string }[]> {
  const { rows } = await db.query<{ netbox_id: string; endpointId: string; key: string }>(
    `select netbox_id, endpoint_id as "endpointId", key from reflected where kind = $1 and netbox_id = any($2::bigint[])`,
    [kind, netboxIds],
  );
  return rows.map(({ netbox_id: id, ...row }) => ({ ...row, netboxId: Number(id) }));
}

/** NetBox ids that other endpoints own, by kind. */
export async function idsOfOtherEndpoints(db: Queryable, endpointId: string, kind: ReflectionKindName): Promise<Set<number>> {
  const { rows } = await db.query<{ netbox_id: string }>(
    `select netbox_id from reflected where kind = $2 and endpoint_id <> $1`,
    [endpointId, kind],
  );
  return new Set(rows.map(row => Number(row.netbox_id)));
}

export interface NewLink {
  kind: ReflectionKindName;
  key: string;
  netboxId: number;
  values: Values;
  created: boolean;
}

/**
 * An object that another key of this endpoint had (an address that moved) changes hands. Another endpoint's is never taken, but what was
 * made just now cannot be another's: a link that says so is older than the NetBox that was restored since.
 */
export async function saveLinks(db: Queryable, endpointId: string, runId: string, links: NewLink[]): Promise<void> {
  if (links.length === 0) return;
  const kinds = links.map(link => link.kind);
  const keys = links.map(link => link.key);
  const ids = links.map(link => link.netboxId);
  const created = links.map(link => link.created);
  await db.query(
    `delete from reflected r using unnest($2::text[], $3::text[], $4::bigint[], $5::boolean[]) as item (kind, key, netbox_id, created)
     where r.kind = item.kind and r.netbox_id = item.netbox_id
       and case when r.endpoint_id = $1 then r.key <> item.key else item.created end
       and r.kind in ('cluster', 'device', 'virtual-machine', 'interface', 'virtual-disk', 'ip-address', 'mac-address')`,
    [endpointId, kinds, keys, ids, created],
  );
  await db.query(
    `insert into reflected (endpoint_id, kind, key, netbox_id, values, created_by_us, run_id)
     select $1, kind, key, netbox_id, values, created, $2
     from unnest($3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::boolean[]) as item (kind, key, netbox_id, values, created)
     on conflict (endpoint_id, kind, key) do update set
       created_by_us = excluded.created_by_us or (reflected.created_by_us and reflected.netbox_id = excluded.netbox_id),
       netbox_id = excluded.netbox_id, values = excluded.values, run_id = excluded.run_id, updated_at = now()`,
    [endpointId, runId, kinds, keys, ids, links.map(link => JSON.stringify(link.values)), created],
  );
}

export async function forgetLinks(db: Queryable, endpointId: string, links: { kind: string; key: string }[]): Promise<void> {
  if (links.length === 0) return;
  await db.query(
    `delete from reflected r using unnest($2::text[], $3::text[]) as item (kind, key)
     where r.endpoint_id = $1 and r.kind = item.kind and r.key = item.key`,
    [endpointId, links.map(link => link.kind), links.map(link => link.key)],
  );
}

/** Forgets everything of guests whose VMID now belongs to another guest. */
export async function forgetGuests(db: Queryable, endpointId: string, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  await db.query(
    `delete from reflected where endpoint_id = $1 and kind not in ('tag', 'site', 'cluster', 'device', 'vlan')
       and split_part(key, '/', 1) || '/' || split_part(key, '/', 2) = any($2)`,
    [endpointId, keys],
  );
}

/** Forgets which NetBox objects show this endpoint, to match them anew. */
export async function forgetEndpoint(db: Queryable, endpointId: string): Promise<void> {
  await db.query(`delete from reflected where endpoint_id = $1`, [endpointId]);
}

/**
 * Takes a name for an object of this endpoint, or gives it back when it is taken already.
 * @returns true when the name is this endpoint's.
 */
export async function reserveName(db: Queryable, kind: string, name: string, endpointId: string, key: string): Promise<boolean> {
  await db.query(
    `insert into name_reservation (kind, name_key, endpoint_id, key) values ($1, $2, $3, $4) on conflict do nothing`,
    [kind, name.toLowerCase(), endpointId, key],
  );
  const { rows } = await db.query<{ ours: boolean }>(
    `select endpoint_id = $3 and key = $4 as ours from name_reservation where kind = $1 and name_key = $2`,
    [kind, name.toLowerCase(), endpointId, key],
  );
  return rows[0]?.ours === true;
}
