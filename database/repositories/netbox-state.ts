import type { Queryable } from '../queryable';

/** What we remember of a NetBox, to notice when an older dump was restored into it. */
export interface NetBoxMemory {
  /** Newest entry of its change log that we saw, and the request that made it. */
  lastChangeId: number;
  requestId: string;
  version: string;
  /** When it was the newest. */
  seenAt: Date;
}

export async function loadNetBoxState(db: Queryable, url: string): Promise<NetBoxMemory | undefined> {
  const { rows } = await db.query<{ last_change_id: string; request_id: string; version: string; seen_at: Date }>(
    'select last_change_id, request_id, version, seen_at from netbox_state where url = $1',
    [url],
  );
  return (
    rows[0] && {
      lastChangeId: Number(rows[0].last_change_id),
      requestId: rows[0].request_id,
      version: rows[0].version,
      seenAt: rows[0].seen_at,
    }
  );
}

export async function saveNetBoxState(db: Queryable, url: string, state: Omit<NetBoxMemory, 'seenAt'>): Promise<void> {
  await db.query(
    `insert into netbox_state (url, last_change_id, request_id, version) values ($1, $2, $3, $4)
     on conflict (url) do update set last_change_id = excluded.last_change_id, request_id = excluded.request_id,
       version = excluded.version, seen_at = now()`,
    [url, state.lastChangeId, state.requestId, state.version],
  );
}
