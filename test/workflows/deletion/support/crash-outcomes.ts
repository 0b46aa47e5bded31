import type { DeletionState } from '../../../../domain/deletion/states';
import type { CrashLab, Doomed, Way } from './crash-lab';

/** What there is of a request and its guest, in our records, in Proxmox and in NetBox. */
export interface Standing {
  way: Way;
  stop: string;
  state: DeletionState;
  closed: boolean;
  receipt: boolean;
  approvedBy: string[];
  /** DELETEs of the guest that reached Proxmox. */
  deletes: number;
  exists: boolean;
  isProtected: boolean;
  /** Ours. */
  tags: string[];
  netboxStatus: string;
  journals: number;
  /** Rows of the audit log that say that the request has ended. */
  endsInAudit: number;
  /** What the audit log has as begun, and not as completed. */
  openInAudit: string[];
}

export interface Outcome extends Standing {
  /** How it stood when the worker was dead. */
  atKill?: Standing;
}

interface Row {
  vmid: number;
  state: DeletionState;
  closed: boolean;
  receipt: boolean;
  approvedBy: string[];
  ends: number;
  open: string[];
}

const ROWS = `
  select r.vmid, r.state, r.closed_at is not null as closed, r.receipt is not null as receipt,
         array(select distinct d.name from deletion_decision d join deletion_code c on c.decision_id = d.id
                where d.request_id = r.id and d.verdict = 'approve' and d.round = r.round and c.used_at is not null) as "approvedBy",
         (select count(*)::int from audit a where a.object_id = r.id::text and a.action = 'deletion.end') as ends,
         array(select a.action from audit a where a.object_id = r.id::text and a.phase = 'intent' and a.actor_kind = 'system'
                  and not exists (select from audit o where o.intent_seq = a.seq)) as open
    from deletion_request r`;

export async function readOutcomes({ lab }: CrashLab, round: readonly { doomed: Doomed; stop: string }[]): Promise<Standing[]> {
  const { rows } = await lab.world.database.pool.query<Row>(ROWS);
  const requests = new Map(rows.map(row => [row.vmid, row]));
  const vms = new Map((await lab.rows('virtualization/virtual-machines/')).map(row => [row['name'], row]));
  const journals = await lab.rows('extras/journal-entries/');
  return round.map(({ doomed: { cluster, vmid, way }, stop }) => {
    const row = requests.get(vmid);
    const machine = vms.get(`vm-${vmid}`);
    if (!row || !machine) throw new Error(`guest ${vmid} has no request, or no virtual machine`);
    const exists = cluster.proxmox.world.truth().guests.some(guest => guest.vmid === vmid);
    const config = exists ? cluster.proxmox.world.guest(vmid).config : {};
    return {
      way,
      stop,
      state: row.state,
      closed: row.closed,
      receipt: row.receipt,
      approvedBy: row.approvedBy,
      deletes: lab.deletes(cluster).filter(call => call.includes(`/${vmid} `)).length,
      exists,
      isProtected: Number(config['protection'] ?? 0) === 1,
      tags: String(config['tags'] ?? '')
        .split(';')
        .filter(tag => tag.startsWith('proxbox-')),
      netboxStatus: (machine['status'] as { value: string }).value,
      journals: journals.filter(entry => entry['assigned_object_id'] === machine['id']).length,
      endsInAudit: row.ends,
      openInAudit: row.open,
    };
  });
}
