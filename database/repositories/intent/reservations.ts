import type { Queryable } from '../../queryable';

/** A VMID that was promised to a guest which does not exist yet. */
export interface Reservation {
  vmid: number;
  changeId: string;
  mark: string;
  netboxId: number | null;
}

/** As it stands. */
export interface KeptReservation extends Reservation {
  /** A run is about to make the guest, or makes it. */
  isUnderWay: boolean;
}

export async function listReservations(db: Queryable, endpointId: string): Promise<KeptReservation[]> {
  const { rows } = await db.query<Omit<KeptReservation, 'netboxId'> & { netboxId: string | null }>(
    `select r.vmid, r.change_id as "changeId", r.mark, r.netbox_id as "netboxId",
       c.state in ('queued', 'running') or (c.state = 'planned' and p.run_id is not null) as "isUnderWay"
     from vmid_reservation r join guest_change c on c.id = r.change_id join intent_plan p on p.id = c.plan_id
      where r.endpoint_id = $1 order by "isUnderWay", r.reserved_at`,
    [endpointId],
  );
  return rows.map(row => ({ ...row, netboxId: row.netboxId === null ? null : Number(row.netboxId) }));
}

/** False when somebody else has the VMID. A promise for the same guest that nobody has applied yet changes hands. */
export async function reserveVmid(db: Queryable, endpointId: string, reservation: Reservation): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into vmid_reservation as r (endpoint_id, vmid, change_id, mark, netbox_id) values ($1, $2, $3, $4, $5)
     on conflict (endpoint_id, vmid) do update set change_id = $3, reserved_at = now()
       where r.mark = $4 and not exists (select from guest_change c join intent_plan p on p.id = c.plan_id
         where c.id = r.change_id and c.state in ('planned', 'queued', 'running') and p.run_id is not null)`,
    [endpointId, reservation.vmid, reservation.changeId, reservation.mark, reservation.netboxId],
  );
  return rowCount === 1;
}

/** Whatever waits for the same guest has the promise from then on. */
export async function releaseReservation(db: Queryable, changeId: string): Promise<void> {
  const { rowCount } = await db.query(
    `update vmid_reservation r set change_id = c.id from guest_change c
      where r.change_id = $1 and c.id <> $1 and c.endpoint_id = r.endpoint_id and c.vmid = r.vmid
        and c.state in ('planned', 'queued', 'running') and c.plan ->> 'birthMark' = r.mark::text`,
    [changeId],
  );
  if (rowCount === 0) await db.query('delete from vmid_reservation where change_id = $1', [changeId]);
}

/** Promises of earlier plans of a branch: the next plan of it makes them again, so that whoever reads one plan and applies the next sees the same VMIDs. */
export async function releaseBranchReservations(db: Queryable, endpointId: string, branchId: number): Promise<void> {
  await db.query(
    `delete from vmid_reservation r using guest_change c, intent_plan p
      where r.endpoint_id = $1 and c.id = r.change_id and p.id = c.plan_id and p.branch_id = $2 and p.run_id is null and c.state = 'planned'`,
    [endpointId, branchId],
  );
}

/** Promises of plans that nobody applied for so long, and of changes that ended without a guest. */
export async function releaseOldReservations(db: Queryable, endpointId: string, hours: number): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from vmid_reservation r join guest_change c on c.id = r.change_id
      where r.endpoint_id = $1 and c.state not in ('queued', 'running', 'unknown_outcome')
        and (c.state <> 'planned' or r.reserved_at < now() - make_interval(hours => $2))`,
    [endpointId, hours],
  );
  for (const { id } of rows) await releaseReservation(db, id);
}
