import { isDeepStrictEqual } from 'node:util';
import type { DeletionState } from '../../../../domain/deletion/states';
import type { Row as NetBoxRow } from '../../../contract/netbox/support/api';
import { valueOf } from '../../../contract/netbox/support/branching';
import { ipOf } from '../../reflection/support/guests';
import { nameOf, type Doomed } from './crash-guests';
import type { CrashLab } from './crash-lab';
import type { Way } from './crash-ways';

/** What there is of a request and its guest, in our records, in Proxmox and in NetBox. */
export interface Standing {
  way: Way;
  stop: string;
  /** Null: there is no request yet. */
  state: DeletionState | null;
  prepared: boolean;
  closed: boolean;
  receipt: boolean;
  approvedBy: string[];
  /** DELETEs of the guest that reached Proxmox. */
  deletes: number;
  exists: boolean;
  isProtected: boolean;
  /** Whether its configuration is what it was before anybody wanted it deleted. */
  isAsBefore: boolean;
  backups: number;
  /** Ours. */
  tags: string[];
  /** Of its virtual machines in NetBox. */
  netboxStatus: string[];
  /** Its address in NetBox, as often as it is there: `reserved`, or `active, assigned`. */
  addresses: string[];
  /** Entries of NetBox's journal about the request. */
  journals: number;
  /** Rows of the audit log that say that the request has ended. */
  endsInAudit: number;
  /** What the audit log has as begun, and not as completed. */
  openInAudit: string[];
}

/** Who came to a step. */
export interface Round {
  doomed: Doomed;
  stop: string;
}

export interface Outcome extends Standing {
  /** How it stood when the worker was dead. */
  atKill: Standing;
  /** Whether NetBox shows of the virtual machine what it showed before; null where no merged delete took it, or the guest is gone. */
  isRestored: boolean | null;
}

interface Row {
  id: string;
  vmid: number;
  state: DeletionState;
  prepared: boolean;
  closed: boolean;
  receipt: boolean;
  approvedBy: string[];
  ends: number;
  open: string[];
}

const ROWS = `
  select r.id, r.vmid, r.state, r.digest is not null as prepared, r.closed_at is not null as closed, r.receipt is not null as receipt,
         array(select distinct d.name from deletion_decision d join deletion_code c on c.decision_id = d.id
                where d.request_id = r.id and d.verdict = 'approve' and d.round = r.round and c.used_at is not null) as "approvedBy",
         (select count(*)::int from audit a where a.object_id = r.id::text and a.action = 'deletion.end') as ends,
         array(select a.action from audit a where a.object_id = r.id::text and a.phase = 'intent' and a.actor_kind = 'system'
                  and not exists (select from audit o where o.intent_seq = a.seq)) as open
    from deletion_request r`;

export async function readStandings({ lab }: Pick<CrashLab, 'lab'>, round: readonly Round[]): Promise<Standing[]> {
  const { rows } = await lab.world.database.pool.query<Row>(ROWS);
  const requests = new Map(rows.map(row => [row.vmid, row]));
  const machines = await lab.rows('virtualization/virtual-machines/');
  const addresses = await lab.rows('ipam/ip-addresses/');
  const journals = (await lab.rows('extras/journal-entries/')).map(entry => String(entry['comments']));
  return round.map(({ doomed: { cluster, vmid, way, config: before }, stop }) => {
    const row = requests.get(vmid);
    const { world } = cluster.proxmox;
    const exists = world.truth().guests.some(guest => guest.vmid === vmid);
    const config = exists ? world.guest(vmid).config : {};
    return {
      way,
      stop,
      state: row?.state ?? null,
      prepared: row?.prepared ?? false,
      closed: row?.closed ?? false,
      receipt: row?.receipt ?? false,
      approvedBy: row?.approvedBy ?? [],
      deletes: lab.deletes(cluster).filter(call => call.includes(`/${vmid} `)).length,
      exists,
      isProtected: Number(config['protection'] ?? 0) === 1,
      isAsBefore: isDeepStrictEqual({ ...config }, { ...before }),
      backups: [...world.sim.cluster.volumes.values()].filter(each => each.vmid === vmid && each.content === 'backup').length,
      tags: String(config['tags'] ?? '')
        .split(';')
        .filter(tag => tag.startsWith('proxbox-')),
      netboxStatus: machines.filter(({ name }) => name === nameOf(vmid)).map(({ status }) => String(valueOf(status))),
      addresses: addresses.filter(({ address }) => address === ipOf(vmid)).map(describe),
      journals: journals.filter(comments => row && comments.includes(row.id)).length,
      endsInAudit: row?.ends ?? 0,
      openInAudit: row?.open ?? [],
    };
  });
}

const describe = ({ status, assigned_object: on }: NetBoxRow): string =>
  `${String(valueOf(status))}${on == null ? '' : ', assigned'}`;

/** How it ended with those that were killed. */
export async function readOutcomes(crash: CrashLab, killed: readonly (Round & { atKill: Standing })[]): Promise<Outcome[]> {
  const ends = await readStandings(crash, killed);
  return Promise.all(
    ends.map(async (end, n) => {
      const { doomed, atKill } = killed[n]!;
      const isBack = end.way.isMerged && end.exists && end.netboxStatus.length === 1;
      const portrait = isBack ? await crash.netbox.portrait(nameOf(doomed.vmid)) : null;
      return { ...end, atKill, isRestored: isBack ? isDeepStrictEqual(portrait, doomed.portrait) : null };
    }),
  );
}
