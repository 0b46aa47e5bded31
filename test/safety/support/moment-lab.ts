import type { DeletionView } from '../../../api/deletion/schema';
import { startDeletionLab, type DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { vm } from '../../workflows/reflection/support/guests';
import type { Cluster } from '../../workflows/reflection/support/lab';
import { driveDirectly } from './direct-driver';

/** Something that somebody does to a guest, by its VMID. */
export type Arrange = (vmid: number) => unknown;

/** One endpoint whose guests are asked for, approved and looked at one by one: the product is driven directly, so that things can happen in between. */
export interface MomentLab {
  lab: DeletionLab;
  cluster: Cluster;
  /** A VMID that no guest has had. */
  fresh(): number;
  /** A request for a new guest. */
  ask(before?: Arrange): Promise<DeletionView>;
  /** Its approval, and where the request stands when it was looked at. */
  approve(request: DeletionView, more?: Record<string, unknown>): Promise<DeletionView>;
  look(vmid: number): Promise<void>;
  /** Sends a code as an update does. @returns whether it was taken */
  send(vmid: number, verdict: 'approve' | 'reject' | 'cancel', code: string): Promise<boolean>;
  deletesOf(vmid: number): string[];
  policy(values: Record<string, unknown>): Promise<void>;
  /** Nothing is in the way. */
  usual(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMomentLab(name: string): Promise<MomentLab> {
  const lab = await startDeletionLab({
    PROXBOX_DELETION_QUIET_SECONDS: '10',
    // By people, so that they can change it.
    PROXBOX_DELETION_BACKUP_POLICY: '',
    PROXBOX_DELETION_MOST_PER_DAY: '',
  });
  await lab.world.stopWorker();
  const direct = await driveDirectly(lab.world);
  const cluster = await lab.cluster(name, []);
  await lab.allow(cluster, true);
  // Whoever reads sees backups, so that it can be said that there is none.
  const { tokenId: principal, secret } = cluster.proxmox.tokens.full;
  await lab.change(cluster, { credentials: { read: { kind: 'token', principal, secret } } });
  let next = 200;
  const policy = (values: Record<string, unknown>): Promise<void> => lab.change(cluster, { policy: values });
  const look = (vmid: number): Promise<void> => direct.driver.look(cluster, vmid);
  return {
    lab,
    cluster,
    fresh: () => next++,
    async ask(before = () => {}) {
      const vmid = next++;
      cluster.proxmox.world.createGuest(vm(vmid, `vm-${vmid}`, { power: 'stopped' }));
      await before(vmid);
      const body = { endpoint_id: cluster.id, vmid, kind: 'qemu', reason: 'no longer needed' };
      const { id } = (await lab.requester.say('POST', '', body)).body;
      await look(vmid);
      return lab.show(id);
    },
    async approve({ id, vmid }, more = {}) {
      const { status, body } = await lab.decide(lab.approver, id, 'approve', more);
      if (status !== 200) throw new Error(`approving was answered ${status}: ${JSON.stringify(body)}`);
      await look(vmid);
      return lab.show(id);
    },
    look,
    send: (vmid, verdict, code) => direct.driver.send(cluster, vmid, verdict, code),
    deletesOf: vmid => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `)),
    policy,
    usual: () => policy({ deletion_backup_policy: 'none', deletion_most_per_day: 1000, deletion_frozen: null }),
    async stop() {
      await direct.stop();
      await lab.stop();
    },
  };
}
