import type { Queryable } from '../../queryable';

/** What we began to do about a request and of which nobody wrote what became of it, by number of the row: the worker ended in the middle. */
export async function listUnfinishedOf(db: Queryable, requestId: string): Promise<number[]> {
  const { rows } = await db.query<{ seq: string }>(
    `select a.seq from audit a
      where a.object_type = 'deletion-request' and a.object_id = $1 and a.phase = 'intent' and a.actor_kind = 'system'
        and not exists (select from audit o where o.intent_seq = a.seq)
      order by a.seq`,
    [requestId],
  );
  return rows.map(({ seq }) => Number(seq));
}

/** Whether the audit log says that a request has ended. */
export async function isEndAudited(db: Queryable, requestId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from audit where object_type = 'deletion-request' and object_id = $1 and action = 'deletion.end'`,
    [requestId],
  );
  return rowCount !== 0;
}
