import type { Queryable } from '../queryable';

/** Which custom links and saved filters a NetBox was last given. */
export interface ExtrasMemory {
  digest: string;
  /** NetBox's words when it refused some of them. */
  refused: string | null;
  /** Refused, and so long ago that it may be tried again. */
  again: boolean;
}

export async function loadExtras(db: Queryable, url: string): Promise<ExtrasMemory | undefined> {
  const { rows } = await db.query<ExtrasMemory>(
    `select digest, refused, refused is not null and ensured_at < now() - interval '1 day' as again from netbox_extras where url = $1`,
    [url],
  );
  return rows[0];
}

export async function saveExtras(db: Queryable, url: string, { digest, refused }: Omit<ExtrasMemory, 'again'>): Promise<void> {
  await db.query(
    `insert into netbox_extras (url, digest, refused) values ($1, $2, $3)
     on conflict (url) do update set digest = excluded.digest, refused = excluded.refused, ensured_at = now()`,
    [url, digest, refused],
  );
}
