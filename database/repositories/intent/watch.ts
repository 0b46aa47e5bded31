import type { Queryable } from '../../queryable';

/** How far branch events were looked at; undefined while nobody watches. */
export interface BranchWatch {
  firstEvent: number;
  lastEvent: number;
}

export async function findWatch(db: Queryable): Promise<BranchWatch | undefined> {
  const { rows } = await db.query<{ first: string; last: string }>(
    'select first_event as first, last_event as last from branch_watch where first_event is not null',
  );
  return rows[0] && { firstEvent: Number(rows[0].first), lastEvent: Number(rows[0].last) };
}

/** From here on: what happened up to this event is not looked at. */
export async function beginWatch(db: Queryable, newestEvent: number): Promise<void> {
  await db.query(
    `insert into branch_watch (first_event, last_event) values ($1, $1)
     on conflict (only_row) do update set first_event = $1, last_event = $1`,
    [newestEvent],
  );
}

export async function advanceWatch(db: Queryable, lastEvent: number): Promise<void> {
  await db.query('update branch_watch set last_event = $1', [lastEvent]);
}

export async function endWatch(db: Queryable): Promise<void> {
  await db.query('delete from branch_watch');
}

/** Something may have happened. False while nobody watches. */
export async function hintWatch(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query('update branch_watch set hinted_at = clock_timestamp()');
  return rowCount === 1;
}

/** True once for each hint. */
export async function takeHint(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query('update branch_watch set hinted_at = null where hinted_at is not null');
  return rowCount === 1;
}
