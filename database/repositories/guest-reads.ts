import type { EndpointSet } from '../../domain/people/rights';
import type { Queryable } from '../queryable';

export const guestTypes = ['qemu', 'lxc'] as const;
export type GuestType = (typeof guestTypes)[number];

/** A guest as people look for it. */
export interface GuestRead {
  endpointId: string;
  endpointName: string;
  type: GuestType;
  vmid: number;
  /** In Proxmox. */
  name: string;
  /** Where it was last seen; null before it was reflected. */
  node: string | null;
  /** Of the virtual machine in NetBox that shows it; null when none does. */
  netboxId: number | null;
  lastSeen: Date;
  /** Since when Proxmox does not have it any more; null while it has. */
  missingSince: Date | null;
  /** As NetBox last showed it: CPUs in all, memory in MiB, description. Absent where it has none. */
  shown: { vcpus?: number | null; memory?: number | null; description?: string | null };
}

export interface GuestFilter {
  type?: GuestType | undefined;
  endpointId?: string | undefined;
  vmid?: number | undefined;
  /** Part of a name. */
  text?: string | undefined;
  /** Endpoints whose guests may be shown. */
  on: EndpointSet;
}

/** The guest that a page ended with. */
export interface GuestCursor {
  endpoint: string;
  vmid: number;
  type: string;
}

export async function listGuestReads(
  db: Queryable,
  filter: GuestFilter,
  { after, limit }: { after: GuestCursor | undefined; limit: number },
): Promise<{ guests: GuestRead[]; next: GuestCursor | undefined }> {
  const { rows } = await db.query<Omit<GuestRead, 'netboxId'> & { netboxId: string | null }>(
    `select g.endpoint_id as "endpointId", e.name as "endpointName", g.kind as type, g.vmid, g.source_name as name,
            r.values ->> 'cf.proxmox_node' as node, r.netbox_id as "netboxId", g.last_seen as "lastSeen", g.missing_since as "missingSince",
            jsonb_build_object('vcpus', r.values -> 'vcpus', 'memory', r.values -> 'memory', 'description', r.values -> 'description') as shown
       from guest g join endpoint e on e.id = g.endpoint_id
       left join reflected r on r.endpoint_id = g.endpoint_id and r.kind = 'virtual-machine' and r.key = g.kind || '/' || g.vmid
      where ($1::text is null or g.kind = $1) and ($2::uuid is null or g.endpoint_id = $2) and ($3::int is null or g.vmid = $3)
        and ($4::text is null or position(lower($4) in lower(g.source_name)) > 0)
        and ($5::uuid[] is null or g.endpoint_id = any($5))
        and ($6::text is null or (lower(e.name), g.vmid, g.kind) > ($6, $7::int, $8))
      order by lower(e.name), g.vmid, g.kind limit $9`,
    [
      filter.type ?? null,
      filter.endpointId ?? null,
      filter.vmid ?? null,
      filter.text ?? null,
      filter.on === 'all' ? null : filter.on,
      after?.endpoint ?? null,
      after?.vmid ?? null,
      after?.type ?? null,
      limit + 1,
    ],
  );
  const guests = rows.slice(0, limit).map(row => ({ ...row, netboxId: row.netboxId === null ? null : Number(row.netboxId) }));
  const last = guests.at(-1);
  const next =
    rows.length > limit && last ? { endpoint: last.endpointName.toLowerCase(), vmid: last.vmid, type: last.type } : undefined;
  return { guests, next };
}

/** Which of an endpoint's objects an object of NetBox shows, by the key that reflection has for it; undefined when it is none of ours. */
export async function findShownBy(
  db: Queryable,
  kind: 'virtual-machine' | 'device' | 'cluster',
  netboxId: number,
): Promise<{ endpointId: string; key: string } | undefined> {
  const { rows } = await db.query<{ endpointId: string; key: string }>(
    'select endpoint_id as "endpointId", key from reflected where kind = $1 and netbox_id = $2',
    [kind, netboxId],
  );
  return rows[0];
}
