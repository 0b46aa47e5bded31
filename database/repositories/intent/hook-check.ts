import type { Queryable } from '../../queryable';

/** Whether NetBox has what it needs to call us, when that was last looked at. */
export interface HookCheck {
  state: 'installed' | 'no-branching' | 'no-public-url' | 'refused';
  /** What it comes to, and what to do. */
  message: string;
  checkedAt: Date;
}

/** Undefined before the first look. */
export async function lastHookCheck(db: Queryable): Promise<HookCheck | undefined> {
  const { rows } = await db.query<HookCheck>('select state, message, checked_at as "checkedAt" from netbox_hook_check');
  return rows[0];
}

export async function noteHookCheck(db: Queryable, { state, message }: Omit<HookCheck, 'checkedAt'>): Promise<void> {
  await db.query(
    `insert into netbox_hook_check (state, message) values ($1, $2)
     on conflict (only_row) do update set state = $1, message = $2, checked_at = now()`,
    [state, message],
  );
}
