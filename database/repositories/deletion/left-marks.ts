import type { Queryable } from '../../queryable';
import type { Deletion } from './requests';
import { selectDeletions } from './rows';

/** What ended requests have left on their guests. */

/** Before it is taken off, so that it is known whatever happens. */
export async function noteLeft(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update deletion_request set left_since = coalesce(left_since, now()), version = version + 1 where id = $1 and ended_at is not null`,
    [id],
  );
}

export async function clearLeft(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update deletion_request set left_since = null, version = version + 1 where id = $1 and left_since is not null`,
    [id],
  );
}

/** Of closed requests, the oldest first; not those of a guest that has an open one, which takes it over. */
export const listLeft = (db: Queryable): Promise<Deletion[]> =>
  selectDeletions(
    db,
    `mine where left_since is not null and closed_at is not null and not exists (
       select from deletion_request open where open.endpoint_id = mine.endpoint_id and open.vmid = mine.vmid and open.closed_at is null
     ) order by left_since, id limit 500`,
    [],
  );

export const listLeftOfGuest = (db: Queryable, endpointId: string, vmid: number): Promise<Deletion[]> =>
  selectDeletions(
    db,
    `where left_since is not null and closed_at is not null and endpoint_id = $1 and vmid = $2 order by left_since desc, id`,
    [endpointId, vmid],
  );
