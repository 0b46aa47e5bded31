import { join } from 'node:path';
import { workflowIds } from '../../../workflows/names';
import { vm } from '../../workflows/reflection/support/guests';
import type { Cluster } from '../../workflows/reflection/support/lab';
import { startDeletionLab, type DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { startMerging } from '../../workflows/deletion/support/merging';
import { saveHistory } from './save-history';

interface Recording {
  lab: DeletionLab;
  cluster: Cluster;
  /** The history of a guest's request, and of its latest destroy. */
  save(name: string, vmid: number, what?: 'both' | 'request'): Promise<void>;
  settings(values: Record<string, unknown>): Promise<unknown>;
}

/** One world in which requests take longer ways: a backup first, a hold that is sat out, a merge that is taken back, a tag that has to wait. */
export async function recordDetours(into: string): Promise<void> {
  const lab = await startDeletionLab(
    { PROXBOX_DELETION_BACKUP_POLICY: '', PROXBOX_INTENT_WATCH_SECONDS: '1' },
    { branching: true },
  );
  try {
    await lab.world.client.schedule.getHandle('reconcile').pause();
    const cluster = await lab.writable(
      'detours',
      [100, 101, 102, 103].map(vmid => vm(vmid, `guest-${vmid}`, { power: 'stopped' })),
    );
    const { tokenId: principal, secret } = cluster.proxmox.tokens.full;
    await lab.change(cluster, { credentials: { read: { kind: 'token', principal, secret } } });
    const { client } = lab.world;
    const recording: Recording = {
      lab,
      cluster,
      async save(name, vmid, what = 'both') {
        const request = workflowIds.deletion(cluster.id, vmid);
        await client.workflow.getHandle(request).result();
        await saveHistory(client, join(into, `deletion-request-${name}.json`), request);
        if (what === 'both')
          await saveHistory(client, join(into, `guest-destroy-${name}.json`), workflowIds.guest(cluster.id, vmid));
      },
      settings: values => lab.world.api('PATCH', '/settings', values, { 'if-match': '*' }),
    };
    await recordBackup(recording);
    await recordHold(recording);
    await recordMerge(recording);
    await recordLeft(recording, into);
  } finally {
    await lab.stop();
  }
}

async function recordBackup({ lab, cluster, save, settings }: Recording): Promise<void> {
  await settings({ deletion_backup_policy: 'make', deletion_backup_storage: 'backup-nfs' });
  const { id } = await lab.ask(cluster, 100);
  await lab.decide(lab.approver, id, 'approve');
  await save('after-a-backup', 100);
  await settings({ deletion_backup_policy: 'none' });
}

async function recordHold({ lab, cluster, save, settings }: Recording): Promise<void> {
  await settings({ deletion_hold_hours: 1 });
  const { id } = await lab.ask(cluster, 101);
  await lab.decide(lab.approver, id, 'approve');
  while ((await lab.show(id)).reasons[0]?.code !== 'on_hold');
  await lab.world.client.workflow.getHandle(workflowIds.guest(cluster.id, 101)).result();
  await lab.world.database.pool.query(
    `update deletion_request set hold = hold || '{"until": "2020-01-01T00:00:00Z"}' where id = $1`,
    [id],
  );
  await lab.world.client.workflow.getHandle(workflowIds.deletion(cluster.id, 101)).signal('look');
  await save('after-a-hold', 101);
  await settings({ deletion_hold_hours: 0 });
}

async function recordMerge({ lab, save }: Recording): Promise<void> {
  const netbox = await startMerging(lab.world, lab.person);
  await lab.world.database.pool.query(`update app_user set netbox_username = 'admin' where id = $1`, [lab.requester.id]);
  const { run } = await netbox.mergeDelete(['guest-102']);
  const id = await netbox.requestOf(run, 'guest-102');
  await lab.until(id, 'pending');
  await lab.decide(lab.approver, id, 'reject', { reason: 'still in use' });
  await save('of-a-merge-rejected', 102, 'request');
}

async function recordLeft({ lab, cluster, save }: Recording, into: string): Promise<void> {
  const { id } = await lab.ask(cluster, 103);
  await lab.allow(cluster, false);
  await lab.decide(lab.requester, id, 'cancel');
  await save('cancelled-without-writes', 103, 'request');
  await lab.allow(cluster, true);
  const { client } = lab.world;
  const workflowId = 'reconcile/recorded';
  await client.workflow.execute('reconcile', { workflowId, taskQueue: 'proxbox-control', args: [] });
  await saveHistory(client, join(into, 'reconcile-left-on-a-guest.json'), workflowId);
}
