import { join } from 'node:path';
import type { DeletionView } from '../../../api/deletion/schema';
import { workflowIds } from '../../../workflows/names';
import { vm } from '../../workflows/reflection/support/guests';
import type { Cluster } from '../../workflows/reflection/support/lab';
import { startDeletionLab, type DeletionLab } from '../../workflows/deletion/support/deletion-lab';
import { saveHistory } from './save-history';

const guests = Array.from({ length: 12 }, (_, index) => vm(100 + index, `guest-${100 + index}`, { power: 'stopped' }));

interface Recording {
  lab: DeletionLab;
  cluster: Cluster;
  /** The histories of a guest's request, and of its destroy. */
  save(name: string, vmid: number, what?: 'request' | 'destroy' | 'both'): Promise<void>;
  ask(vmid: number): Promise<DeletionView>;
  approve(request: { id: string }): Promise<unknown>;
}

/** One world in which deletion requests end in every way. */
export async function recordDeletions(into: string): Promise<void> {
  const lab = await startDeletionLab();
  try {
    const cluster = await lab.writable('recorded', guests);
    const recording: Recording = {
      lab,
      cluster,
      async save(name, vmid, what = 'both') {
        const write = (kind: string, workflowId: string): Promise<void> =>
          saveHistory(lab.world.client, join(into, `${kind}-${name}.json`), workflowId);
        if (what !== 'destroy') await write('deletion-request', workflowIds.deletion(cluster.id, vmid));
        if (what !== 'request') await write('guest-destroy', workflowIds.guest(cluster.id, vmid));
      },
      ask: vmid => lab.ask(cluster, vmid),
      approve: ({ id }) => lab.decide(lab.approver, id, 'approve'),
    };
    await recordDecisions(recording);
    await recordRechecks(recording);
    await recordLostAnswers(recording);
  } finally {
    await lab.stop();
  }
}

/** Waits until the workflow has ended, which is a moment after its request is closed. */
async function ended({ lab, cluster }: Recording, { id, vmid }: DeletionView): Promise<void> {
  await lab.closed(id);
  await lab.world.client.workflow.getHandle(workflowIds.deletion(cluster.id, vmid)).result();
}

async function recordDecisions(recording: Recording): Promise<void> {
  const { lab, ask, approve, save } = recording;
  const waiting = await ask(100);
  await save('pending', 100, 'request');
  await approve(waiting);
  await ended(recording, waiting);
  await save('destroyed', 100);

  const rejected = await ask(101);
  await lab.decide(lab.approver, rejected.id, 'reject', { reason: 'still in use' });
  await ended(recording, rejected);
  await save('rejected', 101, 'request');

  const cancelled = await ask(102);
  await lab.decide(lab.requester, cancelled.id, 'cancel');
  await ended(recording, cancelled);
  await save('cancelled', 102, 'request');

  const expired = await ask(103);
  await lab.world.database.pool.query(`update deletion_request set deadline = now() + interval '3 seconds' where id = $1`, [
    expired.id,
  ]);
  await lab.world.client.workflow.getHandle(workflowIds.deletion(recording.cluster.id, 103)).signal('look');
  await ended(recording, expired);
  await save('expired', 103, 'request');
}

async function recordRechecks(recording: Recording): Promise<void> {
  const { lab, cluster, ask, approve, save } = recording;
  const { world } = cluster.proxmox;
  const blocked = async (vmid: number): Promise<DeletionView> => {
    const request = await ask(vmid);
    world.changeGuest(vmid, { power: 'running' });
    await approve(request);
    await lab.until(request.id, 'blocked');
    return request;
  };
  const cleared = await blocked(104);
  await save('blocked', 104, 'request');
  world.changeGuest(104, { power: 'stopped' });
  await ended(recording, cleared);
  await save('destroyed-once-cleared', 104);

  const changed = await blocked(105);
  world.changeGuest(105, { power: 'stopped', config: { memory: '4096' } });
  await ended(recording, changed);
  await save('void', 105);

  const stale = await blocked(106);
  await lab.world.database.pool.query(`update deletion_request set approved_at = now() - interval '25 hours' where id = $1`, [
    stale.id,
  ]);
  await lab.until(stale.id, 'pending');
  await save('approval-stale', 106);

  const held = await blocked(107);
  await lab.switchIntent(false);
  await lab.until(held.id, 'held');
  await save('held', 107);
  await lab.switchIntent(true);

  await lab.world.api('PATCH', '/settings', { deletion_hold_hours: 1 }, { 'if-match': '*' });
  const onHold = await ask(108);
  await approve(onHold);
  while ((await lab.show(onHold.id)).reasons[0]?.code !== 'on_hold');
  await lab.world.client.workflow.getHandle(workflowIds.guest(cluster.id, 108)).result();
  await save('on-hold', 108);
  await lab.world.api('PATCH', '/settings', { deletion_hold_hours: 0 }, { 'if-match': '*' });
}

async function recordLostAnswers(recording: Recording): Promise<void> {
  const { cluster, ask, approve, save } = recording;
  const cut = async (vmid: number, method: 'PUT' | 'DELETE', name: string): Promise<void> => {
    const request = await ask(vmid);
    const tail = method === 'PUT' ? '/config' : '';
    cluster.proxmox.faults.add({
      match: { method, pathPattern: `/qemu/${vmid}${tail}$` },
      when: 'before',
      action: { kind: 'reset' },
    });
    await approve(request);
    await ended(recording, request);
    cluster.proxmox.faults.clear();
    await save(name, vmid);
  };
  await cut(109, 'PUT', 'failed');
  await cut(110, 'DELETE', 'outcome-unknown');
}
