import type { SecretBox } from '../../secrets';
import type { Queryable } from '../../queryable';

const placeOf = (id: string) => ({ table: 'intent_secret', row: id, column: 'ciphertext' });

/** Keeps a secret of a plan under an id. */
export async function keepIntentSecret(
  db: Queryable,
  secrets: Pick<SecretBox, 'seal'>,
  { id, planId, plain }: { id: string; planId: string; plain: string },
): Promise<void> {
  const { keyId, ciphertext } = secrets.seal(plain, placeOf(id));
  await db.query('insert into intent_secret (id, plan_id, key_id, ciphertext) values ($1, $2, $3, $4)', [
    id,
    planId,
    keyId,
    ciphertext,
  ]);
}

/** Of no use any more. */
export async function forgetIntentSecrets(db: Queryable, planId: string): Promise<void> {
  await db.query('delete from intent_secret where plan_id = $1', [planId]);
}

/** The secret, for the plan that it was kept for and no other; undefined when there is none. */
export async function openIntentSecret(
  db: Queryable,
  secrets: Pick<SecretBox, 'open'>,
  planId: string,
  id: string,
): Promise<string | undefined> {
  const { rows } = await db.query<{ keyId: string; ciphertext: Buffer }>(
    'select key_id as "keyId", ciphertext from intent_secret where id::text = $1 and plan_id = $2',
    [id, planId],
  );
  return rows[0] && secrets.open(rows[0], placeOf(id));
}
