import type { Queryable } from '../../queryable';

/** How far NetBox's change log was looked at; undefined while nobody watches it. */
export interface ChangeLogWatch {
  /** Everything up to this row was looked at. */
  lastChange: number;
  /** Newer rows that were looked at. */
  seen: number[];
}

export async function findChangeLogWatch(db: Queryable): Promise<ChangeLogWatch | undefined> {
  const { rows } = await db.query<{ last: string; seen: number[] }>('select last_change as last, seen from change_log_watch');
  return rows[0] && { lastChange: Number(rows[0].last), seen: rows[0].seen };
}

/** From here on: what was changed before is not looked at. */
export async function beginChangeLogWatch(db: Queryable, newestChange: number): Promise<void> {
  await db.query('insert into change_log_watch (last_change) values ($1) on conflict do nothing', [newestChange]);
}

export async function advanceChangeLogWatch(db: Queryable, { lastChange, seen }: ChangeLogWatch): Promise<void> {
  await db.query('update change_log_watch set last_change = $1, seen = $2', [lastChange, JSON.stringify(seen)]);
}

export async function endChangeLogWatch(db: Queryable): Promise<void> {
  await db.query('delete from change_log_watch');
}
