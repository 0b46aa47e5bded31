import type { Queryable } from '../../queryable';

export async function hasFirstAdministrator(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query('select from first_administrator');
  return rowCount !== null && rowCount > 0;
}

/** True for one caller, ever; others wait for its transaction to end. */
export async function claimFirstAdministrator(db: Queryable, userId: string): Promise<boolean> {
  const { rowCount } = await db.query('insert into first_administrator (user_id) values ($1) on conflict do nothing', [userId]);
  return rowCount === 1;
}

/** Gives the keys of before there were users to their holder, who started this installation. */
export async function adoptKeys(db: Queryable, userId: string): Promise<void> {
  await db.query('update api_token set user_id = $1, created_by = $1 where user_id is null', [userId]);
}
