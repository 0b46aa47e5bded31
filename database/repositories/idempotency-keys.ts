import type { Queryable } from '../queryable';
import type { Sealed } from '../secrets';

/** For how long an answer can be asked for again. */
export const IDEMPOTENCY_HOURS = 24;
/** No request takes longer: one that has no answer by then never will have one. */
const LONGEST_REQUEST = '5 minutes';

/** Whose request, and the key that they gave it. */
export interface RequestKey {
  caller: string;
  key: string;
}

export type Claim =
  /** The request is the first with this key. */
  | { state: 'claimed' }
  | { state: 'answered'; sealed: Sealed }
  /** Another one has no answer yet; `overdue`: and will have none. */
  | { state: 'unanswered'; overdue: boolean };

/** Of several requests with one key, one claims it. A key is free again after 24 hours. */
export async function claimKey(db: Queryable, { caller, key }: RequestKey): Promise<Claim> {
  const { rowCount } = await db.query(
    `insert into idempotency_key as known (caller, key) values ($1, $2)
     on conflict (caller, key) do update set created_at = now(), key_id = null, ciphertext = null
       where known.created_at < now() - make_interval(hours => $3)`,
    [caller, key, IDEMPOTENCY_HOURS],
  );
  if (rowCount === 1) return { state: 'claimed' };

  const { rows } = await db.query<{ key_id: string | null; ciphertext: Buffer | null; overdue: boolean }>(
    `select key_id, ciphertext, created_at < now() - interval '${LONGEST_REQUEST}' as overdue
       from idempotency_key where caller = $1 and key = $2`,
    [caller, key],
  );
  const [row] = rows;
  if (row?.key_id != null && row.ciphertext != null) {
    return { state: 'answered', sealed: { keyId: row.key_id, ciphertext: row.ciphertext } };
  }
  return { state: 'unanswered', overdue: row?.overdue === true };
}

export async function keepAnswer(db: Queryable, { caller, key }: RequestKey, { keyId, ciphertext }: Sealed): Promise<void> {
  await db.query('update idempotency_key set key_id = $3, ciphertext = $4 where caller = $1 and key = $2', [
    caller,
    key,
    keyId,
    ciphertext,
  ]);
}

/** For a request that did nothing: the next one with this key is the first again. */
export async function releaseKey(db: Queryable, { caller, key }: RequestKey): Promise<void> {
  await db.query('delete from idempotency_key where caller = $1 and key = $2 and ciphertext is null', [caller, key]);
}
