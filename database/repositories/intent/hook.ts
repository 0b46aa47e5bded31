import type { SecretBox } from '../../secrets';
import type { Queryable } from '../../queryable';

const place = { table: 'netbox_hook', row: 'true', column: 'ciphertext' };

/** What NetBox signs its calls with; undefined while no worker has told NetBox to call. */
export async function findHookSecret(db: Queryable, secrets: Pick<SecretBox, 'open'>): Promise<string | undefined> {
  const { rows } = await db.query<{ keyId: string; ciphertext: Buffer }>('select key_id as "keyId", ciphertext from netbox_hook');
  return rows[0] && secrets.open(rows[0], place);
}

/** The secret; the first one that is offered stays. */
export async function keepHookSecret(db: Queryable, secrets: Pick<SecretBox, 'seal' | 'open'>, offered: string): Promise<string> {
  const { keyId, ciphertext } = secrets.seal(offered, place);
  await db.query('insert into netbox_hook (key_id, ciphertext) values ($1, $2) on conflict do nothing', [keyId, ciphertext]);
  return (await findHookSecret(db, secrets)) ?? offered;
}
