import type { Queryable } from '../queryable';

export interface ApiKeyRow {
  label: string;
  /** SHA-256 of the key. */
  hash: Buffer;
}

export async function listApiKeys(db: Queryable): Promise<ApiKeyRow[]> {
  const { rows } = await db.query<ApiKeyRow>('select label, hash from api_key order by label');
  return rows;
}

/** Stores the first key of a database; false when it has one already, or when another process was faster. */
export async function insertFirstApiKey(db: Queryable, { label, hash }: ApiKeyRow): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into api_key (label, hash) select $1, $2 where not exists (select from api_key) on conflict (label) do nothing`,
    [label, hash],
  );
  return rowCount === 1;
}
