import type { Queryable } from '../queryable';

export interface NetBoxMemory {
  lastChangeId: number;
  version: string;
}

export async function loadNetBoxState(db: Queryable, url: string): Promise<NetBoxMemory | undefined> {
  const { rows } = await db.query<{ last_change_id: string; version: string }>(
    `select last_change_id, version from netbox_state where url = $1`,
    [url],
  );
  return rows[0] && { lastChangeId: Number(rows[0].last_change_id), version: rows[0].version };
}

export async function saveNetBoxState(db: Queryable, url: string, state: NetBoxMemory): Promise<void> {
  await db.query(
    `insert into netbox_state (url, last_change_id, version) values ($1, $2, $3)
     on conflict (url) do update set last_change_id = excluded.last_change_id, version = excluded.version, seen_at = now()`,
    [url, state.lastChangeId, state.version],
  );
}
