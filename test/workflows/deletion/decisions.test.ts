import { randomBytes } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { vm } from '../reflection/support/guests';
import type { Cluster } from '../reflection/support/lab';
import { rolesOfRequester, startDeletionLab, type Actor, type DeletionLab } from './support/deletion-lab';

jest.setTimeout(60_000);

let lab: DeletionLab;
let cluster: Cluster;
let both: Actor;
let next = 100;

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable(
    'beta',
    Array.from({ length: 20 }, (_, index) => vm(100 + index, `vm-${100 + index}`, { power: 'stopped' })),
  );
  both = await lab.actor('both', ...rolesOfRequester, 'authorize_deletion_request');
});
afterAll(() => lab?.stop());

const fresh = async (by?: Actor) => lab.ask(cluster, next++, by);
const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));
const handleOf = ({ vmid }: { vmid: number }) => lab.world.client.workflow.getHandle(`deletion/${cluster.id}/${vmid}`);
const auditOf = async (id: string): Promise<string[]> => {
  const { rows } = await lab.world.database.pool.query<{ action: string }>(
    `select action from audit where object_id = $1 order by seq`,
    [id],
  );
  return rows.map(({ action }) => action);
};
const updateWith = (request: { vmid: number }, verdict: string, code: string): Promise<string> =>
  handleOf(request)
    .executeUpdate<{ state: string }, [string]>(verdict, { args: [code] })
    .then(({ state }) => state)
    .catch((error: unknown) =>
      error instanceof WorkflowUpdateFailedError ? `refused: ${(error.cause as { type?: string }).type}` : Promise.reject(error),
    );

test('whoever asked does not approve: not by the API, and not with a code that they could get', async () => {
  const asked = await fresh(both);
  expect(await lab.decide(both, asked.id, 'approve')).toMatchObject({ status: 403, body: { code: 'own-request' } });
  expect(await lab.decide(both, asked.id, 'code', { verdict: 'approve' })).toMatchObject({
    status: 403,
    body: { code: 'own-request' },
  });
  expect(await lab.decide(both, asked.id, 'reject', { reason: 'no' })).toMatchObject({
    status: 403,
    body: { code: 'own-request' },
  });
  expect((await lab.show(asked.id)).state).toBe('pending');
});

test('whoever joins is a requester, and can approve it no more than the first', async () => {
  const asked = await fresh();
  const joined = await both.say('POST', '', { endpoint_id: cluster.id, vmid: asked.vmid, reason: 'me too' });
  expect(joined).toMatchObject({
    status: 200,
    body: { id: asked.id, requestedBy: [{ name: 'requester' }, { name: 'both', how: 'joined' }] },
  });
  expect(await lab.decide(both, asked.id, 'approve')).toMatchObject({ status: 403 });
});

test('the database refuses an own approval whoever writes it, and changes of decisions', async () => {
  const asked = await fresh(both);
  const { pool } = lab.world.database;
  const insert = `insert into deletion_decision (id, request_id, round, verdict, user_id, name, authenticated_by, digest, self_approve_allowed)
    values (gen_random_uuid(), $1, 1, 'approve', $2, 'both', 'token', $3, false)`;
  await expect(pool.query(insert, [asked.id, both.id, asked.digest])).rejects.toThrow(/own request/);
  await pool.query(insert, [asked.id, lab.approver.id, asked.digest]);
  await expect(
    pool.query(`update deletion_decision set user_id = $2 where request_id = $1`, [asked.id, both.id]),
  ).rejects.toThrow(/never changed/);
  // A decision without its code is none.
  expect((await lab.show(asked.id)).state).toBe('pending');
});

test('an own approval counts where the setting allows it', async () => {
  await lab.world.api('PATCH', '/settings', { intent_apply_authorization_self_approve_allowed: true }, { 'if-match': '*' });
  const asked = await fresh(both);
  expect((await lab.decide(both, asked.id, 'approve')).status).toBe(200);
  expect((await lab.closed(asked.id)).state).toBe('destroyed');
  await lab.world.api('PATCH', '/settings', { intent_apply_authorization_self_approve_allowed: false }, { 'if-match': '*' });
});

test('neither the key of the environment nor somebody without the permission asks or approves', async () => {
  const asked = await fresh();
  const api = (path: string, body: object) =>
    lab.world.api('POST', `/intent/deletion-requests${path}`, body, { 'if-match': '*' });
  await expect(api('', { endpoint_id: cluster.id, vmid: 119, reason: 'x' })).rejects.toThrow(/403 .*not-a-person/);
  await expect(api(`/${asked.id}/approve`, { digest: asked.digest, name: asked.name })).rejects.toThrow(/403 .*not-a-person/);
  const viewer = await lab.actor('viewer', 'view');
  expect(await lab.decide(viewer, asked.id, 'approve')).toMatchObject({ status: 403, body: { code: 'permission-denied' } });
  expect((await viewer.say('POST', '', { endpoint_id: cluster.id, vmid: 119, reason: 'x' })).status).toBe(403);
});

test('an approval names what was seen: version, digest, name, target', async () => {
  const asked = await fresh();
  const { etag } = await lab.approver.say('GET', `/${asked.id}`);
  const body = { digest: asked.digest, name: asked.name };
  const approve = (given: object, headers: Record<string, string> = { 'if-match': etag }) =>
    lab.approver.say('POST', `/${asked.id}/approve`, given, headers);
  expect((await approve(body, {})).status).toBe(428);
  expect((await approve(body, { 'if-match': '"99"' })).status).toBe(412);
  expect((await approve({ ...body, digest: 'a'.repeat(64) })).status).toBe(412);
  expect((await approve({ ...body, name: 'another' })).status).toBe(422);
  expect(await approve({ ...body, vmid: 999 })).toMatchObject({ status: 409, body: { code: 'target-mismatch' } });
  expect(await approve({ ...body, node: 'elsewhere' })).toMatchObject({ status: 409, body: { code: 'target-mismatch' } });
  expect(await approve({ ...body, kind: 'lxc' })).toMatchObject({ status: 409, body: { code: 'target-mismatch' } });
  expect(await lab.approver.say('POST', `/${asked.id}/execute`, { vmid: 999 })).toMatchObject({
    status: 409,
    body: { code: 'target-mismatch' },
  });
  expect(await lab.approver.say('POST', `/${asked.id}/execute`, {})).toMatchObject({
    status: 412,
    body: { code: 'not-approved' },
  });
  expect(await lab.approver.say('POST', `/${asked.id}/reject`, {}, { 'if-match': etag })).toMatchObject({ status: 422 });
  await lab.switchIntent(false);
  expect(await approve(body)).toMatchObject({ status: 403, body: { code: 'intent-disabled' } });
  await lab.switchIntent(true);
  expect(deletesOf(asked.vmid)).toEqual([]);
});

test('an update or a signal without a code of ours changes nothing and leaves a row in the audit log', async () => {
  const asked = await fresh();
  const forged = randomBytes(16).toString('hex');
  expect(await updateWith(asked, 'approve', 'yes please')).toBe('refused: unknown_code');
  expect(await updateWith(asked, 'approve', forged)).toBe('refused: unknown_code');
  await handleOf(asked).signal('approve', forged);
  // A code is for one verdict of one request.
  const { code } = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'reject', reason: 'x' })).body;
  expect(await updateWith(asked, 'approve', code)).toBe('refused: unknown_code');
  expect(await updateWith(await fresh(), 'reject', code)).toBe('refused: unknown_code');
  expect((await lab.show(asked.id)).state).toBe('pending');
  expect((await auditOf(asked.id)).filter(action => action === 'deletion.unknown-code').length).toBeGreaterThanOrEqual(3);
});

test('a code is good once, for ten minutes, also as a signal', async () => {
  const asked = await fresh();
  const late = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).body.code;
  await lab.world.database.pool.query(`update deletion_code set expires_at = now() - interval '1 second'`);
  expect(await updateWith(asked, 'approve', late)).toBe('refused: code_expired');
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
  const { code } = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).body;
  await handleOf(asked).signal('approve', code);
  await lab.until(asked.id, 'blocked');
  expect(await updateWith(asked, 'approve', code)).toBe('refused: code_used');
  // The code itself is nowhere.
  const { rows } = await lab.world.database.pool.query<{ found: boolean }>(
    `select exists (select from deletion_code where encode(hash, 'hex') = $1) or exists (select from audit where detail::text like '%' || $1 || '%') as found`,
    [code],
  );
  expect(rows).toEqual([{ found: false }]);
});

test('an approver who loses the right before it is carried out leaves it pending', async () => {
  const shortly = await lab.actor('shortly', 'view', 'authorize_deletion_request');
  const asked = await fresh();
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
  await lab.decide(shortly, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  await lab.world.database.pool.query('delete from role_binding where user_id = $1', [shortly.id]);
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
  const back = await lab.until(asked.id, 'pending');
  expect(back).toMatchObject({ state: 'pending', round: 2, deadline: asked.deadline, reasons: [{ code: 'approval_lost' }] });
  expect(deletesOf(asked.vmid)).toEqual([]);
});

test('a code that was given before its holder lost the right, or joined, is worth nothing', async () => {
  const asked = await fresh();
  const { code } = (await lab.decide(both, asked.id, 'code', { verdict: 'approve' })).body;
  await both.say('POST', '', { endpoint_id: cluster.id, vmid: asked.vmid, reason: 'me too' });
  expect(await updateWith(asked, 'approve', code)).toBe('refused: own_request');
});

test('of fifty approvals at once one takes effect, and one DELETE is sent', async () => {
  const asked = await fresh();
  const { etag } = await lab.approver.say('GET', `/${asked.id}`);
  const approve = () =>
    lab.approver.say('POST', `/${asked.id}/approve`, { digest: asked.digest, name: asked.name }, { 'if-match': etag });
  const answers = await Promise.all(Array.from({ length: 50 }, approve));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  expect((await lab.closed(asked.id)).state).toBe('destroyed');
  expect(deletesOf(asked.vmid)).toHaveLength(1);
});

test('a terminated workflow decides nothing: the next decision starts it again', async () => {
  const asked = await fresh();
  await handleOf(asked).terminate('by hand');
  expect((await lab.show(asked.id)).state).toBe('pending');
  expect((await lab.decide(lab.approver, asked.id, 'approve')).status).toBe(200);
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed', deadline: asked.deadline });
  expect(deletesOf(asked.vmid)).toHaveLength(1);
});

test('workflows that somebody starts by hand destroy nothing that was not approved', async () => {
  const asked = await fresh();
  const { workflow } = lab.world.client;
  const start = (type: string, workflowId: string) =>
    workflow.execute(type, { workflowId, taskQueue: 'proxbox-control', args: [{ requestId: asked.id }] });
  expect(await start('guestDestroy', 'by-hand')).toEqual({ state: 'pending' });
  expect(deletesOf(asked.vmid)).toEqual([]);
});
