import type { Queryable } from '../../queryable';
import type { Deletion } from './requests';

interface Row extends Omit<Deletion, 'netboxId' | 'auditSeq'> {
  netboxId: string | null;
  auditSeq: string | null;
}

const COLUMNS = `id, endpoint_id as "endpointId", endpoint_name as "endpointName", kind, vmid, name, node, netbox_id as "netboxId", source,
  change_id as "changeId", opt_in as "optIn", reason, state, reasons, ended_by as "endedBy", about, snapshot, digest, round,
  approved_at as "approvedAt", sent_at as "sentAt", upid, send_refusal as "sendRefusal", audit_seq as "auditSeq", receipt, hold, backup, reminded, deadline,
  opened_at as "openedAt", ended_at as "endedAt", closed_at as "closedAt", left_since as "leftSince", version`;

/** Requests by what follows the table's name in a query. */
export async function selectDeletions(db: Queryable, rest: string, values: unknown[]): Promise<Deletion[]> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from deletion_request ${rest}`, values);
  return rows.map(({ netboxId, auditSeq, ...row }) => ({
    ...row,
    netboxId: netboxId === null ? null : Number(netboxId),
    auditSeq: auditSeq === null ? null : Number(auditSeq),
  }));
}
