import type { Queryable } from '../../queryable';

export interface Requester {
  /** Null: none of our users. */
  userId: string | null;
  name: string;
  how: 'deleted' | 'merged' | 'asked' | 'joined' | 'adopted';
  /** Whether they held the permission to delete when they asked. */
  heldAtRequest: boolean;
  askedAt: Date;
}

export async function listRequesters(db: Queryable, requestId: string): Promise<Requester[]> {
  const { rows } = await db.query<Requester>(
    `select user_id as "userId", name, how, held_at_request as "heldAtRequest", asked_at as "askedAt"
       from deletion_requester where request_id = $1 order by asked_at, name`,
    [requestId],
  );
  return rows;
}

/** Call it in a transaction that has locked the request. False when they are a requester already. */
export async function insertRequester(
  db: Queryable,
  requestId: string,
  { userId, name, how, heldAtRequest }: Omit<Requester, 'askedAt'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into deletion_requester (request_id, user_id, name, how, held_at_request) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [requestId, userId, name, how, heldAtRequest],
  );
  return rowCount === 1;
}
