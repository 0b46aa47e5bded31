import type { GuestKind } from '../../../domain/proxmox/guest-config';
import type { GuestChange } from '../../../domain/intent/changes/guest-change';
import type { Queryable } from '../../queryable';

/** A guest whose wanted state is not its live one, because of a change that is open or was not made. */
export interface IntentHold {
  changeId: string;
  kind: GuestKind;
  vmid: number;
  name: string;
  change: GuestChange;
  /** The change's state. */
  state: string;
  heldSince: Date;
}

export type HoldEnd = 'equal' | 'dropped' | 'expired' | 'superseded';

export async function listHolds(db: Queryable, endpointId: string): Promise<IntentHold[]> {
  const { rows } = await db.query<IntentHold>(
    `select h.change_id as "changeId", h.kind, h.vmid, c.name, c.change, c.state, h.held_since as "heldSince"
       from intent_hold h join guest_change c on c.id = h.change_id where h.endpoint_id = $1 and h.released_at is null
      order by h.held_since, h.change_id`,
    [endpointId],
  );
  return rows;
}

/** A newer change of the guest takes the place of an older one. */
export async function holdGuest(
  db: Queryable,
  hold: { changeId: string; endpointId: string; kind: GuestKind; vmid: number },
): Promise<void> {
  await db.query(`insert into intent_hold (change_id, endpoint_id, kind, vmid) values ($1, $2, $3, $4) on conflict do nothing`, [
    hold.changeId,
    hold.endpointId,
    hold.kind,
    hold.vmid,
  ]);
}

/** The first end stays; false when it was released already, or there is no hold. */
export async function releaseHold(db: Queryable, changeId: string, because: HoldEnd, by?: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update intent_hold set released_at = now(), released_because = $2, released_by = $3 where change_id = $1 and released_at is null`,
    [changeId, because, by],
  );
  return rowCount === 1;
}
