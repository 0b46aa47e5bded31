import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { mintToken } from '../../../api/auth/tokens';
import type { DeletionView } from '../../../api/deletion/schema';
import { insertToken } from '../../../database/repositories/people/tokens';
import type { NewGuest } from '../../../simulators/proxmox/world-control';
import type { IntentLab } from '../../workflows/intent/support/intent-lab';
import { vm } from '../../workflows/reflection/support/guests';
import type { Cluster } from '../../workflows/reflection/support/lab';
import type { Canaries } from './canaries';
import { Speaker } from './speaker';

const requests = '/intent/deletion-requests';

/** Guests whose configuration holds secrets; that of the second one has no other end than to be destroyed. */
export const guestsWithSecrets = (plant: (word: string) => string): NewGuest[] =>
  [120, 121].map(vmid =>
    vm(vmid, `secret-${vmid}`, {
      power: 'stopped',
      config: {
        ciuser: 'ops',
        cipassword: plant(`cipassword-${vmid}`),
        args: `-vnc 127.0.0.1:1,password=${plant(`args-${vmid}`)}`,
      },
    }),
  );

interface Deleting {
  lab: IntentLab;
  cluster: Cluster;
  key: Speaker;
  canaries: Canaries;
  /** Takes the one-time codes. */
  codes: Canaries;
}

/** Has both guests deleted: of the first one Proxmox refuses it, and repeats the token that it was asked with. */
export async function deleteGuests({ lab, cluster, key, canaries, codes }: Deleting): Promise<{ destroyed: DeletionView }> {
  const { world } = lab;
  const quick = { deletion_backup_policy: 'none', deletion_quiet_seconds: 2 };
  await key.ask('PATCH', '/settings', quick, { headers: { 'if-match': '*' } });
  const person = async (username: string): Promise<Speaker> => {
    const { id } = (await key.ask('POST', '/users', { username })).body as { id: string };
    await key.ask('POST', `/users/${id}/roles`, { role: 'administrator' });
    const { secret, row } = mintToken({ userId: id, createdBy: id, name: 'test' });
    await insertToken(world.database.pool, row);
    canaries.add('api-token', secret);
    const speaker = new Speaker(world.url, { authorization: `Bearer ${secret}` });
    // What is said to them is searched, too.
    return Object.defineProperty(speaker, 'answers', { value: key.answers });
  };
  const [asker, decider] = [await person('asker'), await person('decider')];
  const until = async (id: string, ready: (request: DeletionView) => boolean): Promise<DeletionView> => {
    for (;;) {
      const request = (await decider.ask('GET', `${requests}/${id}`)).body as DeletionView;
      if (ready(request)) return request;
      await sleep(200);
    }
  };
  const end = async (vmid: number): Promise<DeletionView> => {
    const asked = await asker.ask('POST', requests, { endpoint_id: cluster.id, vmid, reason: 'no longer needed' });
    const { id } = asked.body as DeletionView;
    const { digest, name, version } = await until(id, request => request.digest !== null || request.endedAt !== null);
    const match = { 'if-match': `"${version}"` };
    const given = await decider.ask(
      'POST',
      `${requests}/${id}/code`,
      { verdict: 'approve', digest, name },
      { headers: match, unkept: true },
    );
    const { code, workflowId } = given.body as { code: string; workflowId: string };
    codes.add(`code-${vmid}`, code);
    const workflow = world.client.workflow.getHandle(workflowId);
    await workflow.signal('approve', code);
    // One that was used, and one that was never given.
    for (const late of [code, randomUUID().replaceAll('-', '')]) await workflow.signal('approve', late);
    await until(id, ({ endedAt }) => endedAt !== null);
    await workflow.result();
    return until(id, () => true);
  };

  cluster.proxmox.faults.add({
    match: { method: 'DELETE', pathPattern: '/qemu/120$' },
    when: 'before',
    action: {
      kind: 'status',
      status: 500,
      message: `no such token: PVEAPIToken=proxbox@pve!full=${cluster.proxmox.tokens.full.secret}`,
    },
  });
  const refused = await end(120);
  cluster.proxmox.faults.clear();
  const destroyed = await end(121);
  if (refused.state === 'destroyed' || destroyed.state !== 'destroyed')
    throw new Error(`the requests ended ${refused.state} and ${destroyed.state}: ${JSON.stringify(destroyed.reasons)}`);
  return { destroyed };
}
