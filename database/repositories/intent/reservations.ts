import type { Queryable } from '../../queryable';

/** A VMID that was promised to a guest which does not exist yet. */
export interface Reservation {
  vmid: number;
  changeId: string;
  mark: string;
  netboxId: number | null;
}

export async function listReservations(db: Queryable, endpointId: string): Promise<Reservation[]> {
  const { rows } = await db.query<Omit<Reservation, 'netboxId'> & { netboxId: string | null }>(
    `select vmid, change_id as "changeId", mark, netbox_id as "netboxId" from vmid_reservation where endpoint_id = $1`,
    [endpointId],
  );
  return rows.map(row => ({ ...row, netboxId: row.netboxId === null ? null : Number(row.netboxId) }));
}

/** False when somebody else has the VMID. */
export async function reserveVmid(db: Queryable, endpointId: string, reservation: Reservation): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into vmid_reservation (endpoint_id, vmid, change_id, mark, netbox_id) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [endpointId, reservation.vmid, reservation.changeId, reservation.mark, reservation.netboxId],
  );
  return rowCount === 1;
}

export async function releaseReservation(db: Queryable, changeId: string): Promise<void> {
  await db.query('delete from vmid_reservation where change_id = $1', [changeId]);
}

/** Promises of earlier plans of a branch: the next plan of it makes them again, so that whoever reads one plan and applies the next sees the same VMIDs. */
export async function releaseBranchReservations(db: Queryable, endpointId: string, branchId: number): Promise<void> {
  await db.query(
    `delete from vmid_reservation r using guest_change c, intent_plan p
      where r.endpoint_id = $1 and c.id = r.change_id and p.id = c.plan_id and p.branch_id = $2 and p.run_id is null and c.state = 'planned'`,
    [endpointId, branchId],
  );
}

/** Promises of plans that nobody applied for so long. */
export async function releaseOldReservations(db: Queryable, endpointId: string, hours: number): Promise<void> {
  await db.query(
    `delete from vmid_reservation r using guest_change c
      where r.endpoint_id = $1 and c.id = r.change_id and c.state = 'planned' and r.reserved_at < now() - make_interval(hours => $2)`,
    [endpointId, hours],
  );
}
