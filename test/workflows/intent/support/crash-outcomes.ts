import { notAsWanted } from './crash-guests';
import type { CrashLab, Stopped } from './crash-lab';

/** What there is of a change and its guest, in our records, in Proxmox and in NetBox. */
export interface Standing {
  run: string;
  /** Of the change; null where there was no plan. */
  state: string | null;
  reason: string | null;
  /** Guests of that name. */
  guests: number;
  /** Keys of its configuration. */
  notAsWanted: string[];
  /** Requests for a new guest that reached Proxmox. */
  births: number;
  /** Requests that change the guest that there is, and reached Proxmox. */
  writes: number;
  deletes: number;
  /** What NetBox shows. */
  intentState: unknown;
  journals: number;
  /** Fields that reflection leaves alone, VMIDs that are promised. */
  open: string[];
  /** What the audit log has as begun, and not as completed. */
  openInAudit: string[];
}

const ROWS = `
  select p.run_id as run, c.state, c.reason,
         array(select 'hold' from intent_hold h where h.change_id = c.id and h.released_at is null
               union all select 'reservation' from vmid_reservation r where r.change_id = c.id) as open,
         array(select a.action from audit a where a.run_id = p.run_id and a.phase = 'intent'
                  and not exists (select from audit o where o.intent_seq = a.seq)) as "openInAudit"
    from intent_plan p join guest_change c on c.plan_id = p.id
   where p.run_id is not null`;

type Row = Pick<Standing, 'run' | 'state' | 'reason' | 'open' | 'openInAudit'>;

export async function readStandings({ lab }: CrashLab, stopped: readonly Pick<Stopped, 'guest' | 'run'>[]): Promise<Standing[]> {
  const { rows } = await lab.world.database.pool.query<Row>(ROWS);
  const changes = new Map(rows.map(row => [row.run, row]));
  const machines = new Map((await lab.rows('virtualization/virtual-machines/')).map(row => [row.id, row]));
  const journals = await lab.rows('extras/journal-entries/');
  return stopped.map(({ guest: { cluster, name, scenario, netboxId }, run }) => {
    const vmids = cluster.proxmox.world.truth().guests.flatMap(guest => (guest.name === name ? [guest.vmid] : []));
    const requests = cluster.proxmox.requests.list();
    const births = requests.filter(
      ({ method, path, params }) =>
        method === 'POST' && /\/(clone|lxc)$/.test(path) && (params['name'] ?? params['hostname']) === name,
    );
    const ofGuest = requests.filter(
      ({ method, path }) => method !== 'GET' && vmids.some(vmid => new RegExp(`/(qemu|lxc)/${vmid}(/|$)`).test(path)),
    );
    const deletes = ofGuest.filter(({ method }) => method === 'DELETE').length;
    const fields = machines.get(netboxId)?.['custom_fields'] as Record<string, unknown> | undefined;
    return {
      ...(changes.get(run) ?? { run, state: null, reason: null, open: [], openInAudit: [] }),
      guests: vmids.length,
      notAsWanted: vmids.flatMap(vmid => notAsWanted(scenario, cluster.proxmox.world.guest(vmid).config)),
      births: births.length,
      writes: ofGuest.length - deletes,
      deletes,
      intentState: (fields?.['proxbox_intent_state'] as { value: string } | null | undefined)?.value ?? null,
      journals: journals.filter(entry => entry['assigned_object_id'] === netboxId).length,
    };
  });
}
