import { guestKey, type GuestKey } from '../../../domain/reflection/inventory';
import type { GuestKind } from '../../../domain/proxmox/guest-config';
import type { Queryable } from '../../queryable';

/**
 * Guests of a run's endpoint that changes of ours touched since the run began to read: what it read of them may be old. As are those whose virtual
 * machine a merged delete took, until the run that began after everything was cleaned up.
 */
export async function listTouchedGuests(db: Queryable, runId: string): Promise<GuestKey[]> {
  const { rows } = await db.query<{ kind: GuestKind; vmid: number }>(
    `select distinct c.kind, c.vmid from run r join guest_change c on c.endpoint_id = r.endpoint_id
      where r.id = $1 and c.vmid is not null and greatest(c.started_at, c.finished_at) > r.started_at
        and c.state in ('running', 'applied', 'partly_applied', 'failed', 'unknown_outcome')
     union
     select d.kind, d.vmid from run r join deletion_request d on d.endpoint_id = r.endpoint_id
      where r.id = $1 and (d.closed_at is null or d.closed_at > r.started_at)
        and exists (select from deletion_loss l where l.request_id = d.id)`,
    [runId],
  );
  return rows.map(guestKey);
}
