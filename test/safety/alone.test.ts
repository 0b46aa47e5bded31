import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mintToken } from '../../api/auth/tokens';
import type { DeletionView } from '../../api/deletion/schema';
import { insertDecision } from '../../database/repositories/deletion/decisions';
import { insertToken } from '../../database/repositories/people/tokens';
import { PENDING_DELETION } from '../../domain/deletion/marks';
import { MANAGED_POOL } from '../../simulators/proxmox/world/identities';
import type { DeletionLab } from '../workflows/deletion/support/deletion-lab';
import { onFault } from '../workflows/faults/support/on-fault';
import { vm } from '../workflows/reflection/support/guests';
import type { Cluster } from '../workflows/reflection/support/lab';
import { startMomentLab, type MomentLab } from './support/moment-lab';

jest.setTimeout(300_000);

/** Guards that stand before or behind another one: each is tried where it is the only one that could say no. */
let moments: MomentLab;
let lab: DeletionLab;
let cluster: Cluster;

beforeAll(async () => {
  moments = await startMomentLab('alone');
  ({ lab, cluster } = moments);
  await moments.usual();
});
afterAll(() => moments?.stop());
afterEach(async () => {
  jest.restoreAllMocks();
  cluster.proxmox.faults.clear();
  await moments.usual();
});

const world = () => cluster.proxmox.world;
const query = (sql: string, ...values: unknown[]) => lab.world.database.pool.query(sql, values);
const tagsOf = (vmid: number): string => String(world().guest(vmid).config['tags'] ?? '');

/** Does something in the very moment in which a request reaches Proxmox, which is answered a while later. */
function when(method: string, path: string, action: () => unknown, ms = 1): void {
  const { faults } = cluster.proxmox;
  faults.add({ match: { method, pathPattern: path }, when: 'before', action: { kind: 'delay', ms } });
  let done = false;
  onFault<never, unknown>(faults, () => {
    if (!done) action();
    done = true;
  });
}

function isLater(ms: number): void {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}

describe('when a deletion is asked for', () => {
  test('with intent switched off, or an endpoint that is read-only, nothing is asked for', async () => {
    const vmid = moments.fresh();
    world().createGuest(vm(vmid, `vm-${vmid}`, { power: 'stopped' }));
    const ask = () => lab.requester.say('POST', '', { endpoint_id: cluster.id, vmid, kind: 'qemu', reason: 'no longer needed' });
    await lab.switchIntent(false);
    expect(await ask()).toMatchObject({ status: 403, body: { code: 'intent-disabled' } });
    await lab.switchIntent(true);
    await lab.allow(cluster, false);
    expect(await ask()).toMatchObject({ status: 403, body: { code: 'intent-disabled' } });
    await lab.allow(cluster, true);
    expect((await query('select from deletion_request where vmid = $1', vmid)).rowCount).toBe(0);
  });

  test('nobody joins the request of a VM by asking for a container', async () => {
    const { vmid, id } = await moments.ask();
    const body = { endpoint_id: cluster.id, vmid, kind: 'lxc', reason: 'no longer needed' };
    expect(await lab.requester.say('POST', '', body)).toMatchObject({ status: 409, body: { code: 'target-mismatch' } });
    expect((await lab.show(id)).requestedBy).toHaveLength(1);
  });

  test('where the tag rules of the datacenter forbid our tag it is refused, and the guest stays as it is', async () => {
    await lab.allow(cluster, true, 'write');
    const { tagStyle } = world().sim.cluster.options;
    world().setOptions({ userTagAccess: { allow: 'none', list: [] } });
    const asked = await moments.ask(vmid => world().changeGuest(vmid, { pool: MANAGED_POOL, config: { tags: 'keep' } }));
    world().setOptions({ userTagAccess: { allow: 'free', list: [] }, tagStyle });
    await lab.allow(cluster, true);
    expect(asked).toMatchObject({ state: 'failed', reasons: [{ code: 'mark_refused' }] });
    expect(tagsOf(asked.vmid)).toBe('keep');
  });

  test('a tag that was taken, and that no read shows, is none', async () => {
    const asked = await moments.ask(vmid => {
      cluster.proxmox.faults.add({
        match: { method: 'PUT', pathPattern: `/qemu/${vmid}/config$`, count: 0 },
        when: 'before',
        action: { kind: 'status', status: 200, message: 'OK' },
      });
    });
    expect(asked).toMatchObject({ state: 'failed', reasons: [{ code: 'mark_refused' }] });
  });

  test('a guest that nothing tells from another one is not deleted by us', async () => {
    const asked = await moments.ask(vmid => world().changeGuest(vmid, { remove: ['smbios1', 'vmgenid', 'meta', 'net0'] }));
    expect(asked).toMatchObject({ state: 'failed', reasons: [{ code: 'identity_unproven' }] });
    expect(tagsOf(asked.vmid)).not.toContain('proxbox-');
  });
});

test('a token that somebody else made proves no person: nothing is decided with it', async () => {
  const asked = await moments.ask();
  const { secret, row } = mintToken({ userId: lab.approver.id, createdBy: lab.requester.id, name: 'made by another' });
  await insertToken(lab.world.database.pool, row);
  const post = async (path: string, body: object): Promise<number> => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'if-match': '*' };
    const url = `${lab.world.url}/intent/deletion-requests${path}`;
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  };
  expect(await post(`/${asked.id}/approve`, { digest: asked.digest, name: asked.name })).toBe(403);
  expect(await post(`/${asked.id}/reject`, { reason: 'no' })).toBe(403);
  expect(await lab.show(asked.id)).toMatchObject({ state: 'pending', decisions: [] });
});

describe('a code', () => {
  test('from before the approvals were started over is worth nothing', async () => {
    const asked = await moments.ask(vmid => world().changeGuest(vmid, { power: 'running' }));
    const { code } = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).body;
    expect(await moments.approve(asked)).toMatchObject({ state: 'blocked' });
    await query(`update deletion_request set approved_at = now() - interval '25 hours' where id = $1`, asked.id);
    await moments.look(asked.vmid);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'pending', round: 2 });
    expect(await moments.send(asked.vmid, 'approve', code)).toBe(false);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'pending', round: 2 });
  });

  test('for something else than the request is about now is worth nothing, whoever wrote it', async () => {
    const asked = await moments.ask();
    const code = randomBytes(16).toString('hex');
    const decision = {
      ...{
        id: randomUUID(),
        requestId: asked.id,
        round: 1,
        userId: lab.approver.id,
        name: 'approver',
        verdict: 'approve' as const,
      },
      ...{ authenticatedBy: 'token', digest: 'e'.repeat(64), reason: null, withoutBackup: false, selfApproveAllowed: false },
    };
    await insertDecision(lab.world.database.pool, decision, createHash('sha256').update(code).digest());
    expect(await moments.send(asked.vmid, 'approve', code)).toBe(false);
    expect((await lab.show(asked.id)).decisions.filter(({ effectiveAt }) => effectiveAt !== null)).toEqual([]);
  });

  test('is not given for a request that has ended', async () => {
    const asked = await moments.ask();
    await lab.decide(lab.approver, asked.id, 'reject', { reason: 'still in use' });
    expect((await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).status).toBe(409);
  });
});

describe('between the approval and the DELETE', () => {
  const approved = async (): Promise<DeletionView> => {
    const asked = await moments.ask();
    expect((await lab.decide(lab.approver, asked.id, 'approve')).status).toBe(200);
    return asked;
  };

  test('with the master switch off nothing is even read', async () => {
    const asked = await approved();
    await lab.switchIntent(false);
    const before = cluster.proxmox.requests.list().length;
    await moments.look(asked.vmid);
    expect(cluster.proxmox.requests.list()).toHaveLength(before);
    await lab.switchIntent(true);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'held', reasons: [{ code: 'intent_disabled' }] });
  });

  test('a master switch that is switched off while the guest is read still holds it', async () => {
    const asked = await approved();
    let off: Promise<void> | undefined;
    when('GET', '/cluster/replication$', () => (off = lab.switchIntent(false)), 3_000);
    await moments.look(asked.vmid);
    await off;
    expect(await lab.show(asked.id)).toMatchObject({ state: 'held', reasons: [{ code: 'intent_disabled' }] });
    expect(moments.deletesOf(asked.vmid)).toEqual([]);
    await lab.switchIntent(true);
    await moments.look(asked.vmid);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'destroyed' });
  });

  test('what was read twenty seconds ago is read anew before a permit is taken', async () => {
    const asked = await approved();
    when('GET', '/cluster/replication$', () => isLater(21_000));
    await moments.look(asked.vmid);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'destroyed' });
  });

  test('a DELETE that would come more than twenty seconds after the recheck is not sent', async () => {
    const asked = await approved();
    when('PUT', `/qemu/${asked.vmid}/config$`, () => isLater(21_000));
    await moments.look(asked.vmid);
    expect(await lab.show(asked.id)).toMatchObject({
      state: 'failed',
      reasons: [{ code: 'not_sent', message: expect.stringContaining('20 seconds') }],
    });
    expect(moments.deletesOf(asked.vmid)).toEqual([]);
    expect(tagsOf(asked.vmid)).not.toContain('proxbox-');
  });

  test('those that were destroyed on the same day count for the ceiling', async () => {
    expect(await moments.approve(await moments.ask())).toMatchObject({ state: 'destroyed' });
    const { rowCount } = await query(
      `select from deletion_request where endpoint_id = $1 and sent_at is not null and state <> 'failed'`,
      cluster.id,
    );
    await moments.policy({ deletion_most_per_day: rowCount });
    const asked = await approved();
    await moments.look(asked.vmid);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'blocked', reasons: [{ code: 'ceiling' }] });
    await moments.policy({ deletion_most_per_day: (rowCount ?? 0) + 1 });
    await moments.look(asked.vmid);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'destroyed' });
  });

  test('a cluster that has taken the place of another one behind the same address, with the same name, is another', async () => {
    const asked = await approved();
    const bound = { name: cluster.name, fingerprints: ['of another'] };
    await query('update endpoint set bound_cluster = $2 where id = $1', cluster.id, JSON.stringify(bound));
    await moments.look(asked.vmid);
    await query('update endpoint set bound_cluster = null where id = $1', cluster.id);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'void', reasons: [{ code: 'other_target' }] });
    expect(moments.deletesOf(asked.vmid)).toEqual([]);
  });
});

describe('another guest under the VMID', () => {
  const another = (vmid: number): void =>
    void world().recreateGuest(vm(vmid, `vm-${vmid}`, { power: 'stopped', config: { tags: PENDING_DELETION } }));

  test('is not written to when the request ends', async () => {
    const asked = await moments.ask();
    lab.writesOf(cluster);
    another(asked.vmid);
    expect(await moments.approve(asked)).toMatchObject({ state: 'void', reasons: [{ code: 'other_guest' }] });
    expect(lab.writesOf(cluster)).toEqual([]);
    expect(tagsOf(asked.vmid)).toBe(PENDING_DELETION);
  });

  test('is not protected in the place of one whose DELETE got no answer', async () => {
    const asked = await moments.ask();
    cluster.proxmox.faults.add({
      match: { method: 'DELETE', pathPattern: `/qemu/${asked.vmid}$` },
      when: 'before',
      action: { kind: 'reset' },
    });
    onFault<never, unknown>(cluster.proxmox.faults, () => another(asked.vmid));
    expect(await moments.approve(asked)).toMatchObject({ state: 'destroyed' });
    expect(world().guest(asked.vmid).config).not.toHaveProperty('protection');
  });
});

describe('a secret in Proxmox’s words is kept nowhere', () => {
  const secret = 'canary-5b1e77a0';
  const words = `storage login failed, password=${secret}`;
  const refuses = (method: string, path: string): void => {
    const action = { kind: 'status', status: 403, message: `Permission check failed (${words})` } as const;
    cluster.proxmox.faults.add({ match: { method, pathPattern: path }, when: 'before', action });
  };

  test.each<[string, (vmid: number) => void, (vmid: number) => void]>([
    ['refuses our tag', vmid => refuses('PUT', `/qemu/${vmid}/config$`), () => {}],
    ['refuses the tag of the destroy', () => {}, vmid => refuses('PUT', `/qemu/${vmid}/config$`)],
    ['ends the task', () => {}, () => world().planTask({ type: 'qmdestroy', exit: words, count: 1 })],
  ])('that %s', async (_, before, after) => {
    const asked = await moments.ask(before);
    if (asked.state === 'pending') {
      after(asked.vmid);
      await moments.approve(asked);
    }
    const ended = await lab.show(asked.id);
    expect(ended).toMatchObject({ state: 'failed', reasons: [{ message: expect.stringContaining('password=[redacted]') }] });
    const { rows } = await query(
      `select concat((select jsonb_agg(r) from deletion_request r where id = $1::uuid), (select jsonb_agg(a) from audit a where object_id = $1::text),
         (select jsonb_agg(n) from notification_delivery n)) as kept`,
      asked.id,
    );
    expect(JSON.stringify([ended, rows])).not.toContain(secret);
  });

  test('that fails an attempt, of which Temporal hears', async () => {
    const asked = await moments.ask();
    expect((await lab.decide(lab.approver, asked.id, 'approve')).status).toBe(200);
    refuses('GET', '/cluster/resources$');
    await expect(moments.look(asked.vmid)).rejects.toThrow(/Permission check failed .*password=\[redacted\]/);
  });
});
