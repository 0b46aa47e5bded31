import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { NAMESPACE } from '../../temporal/dev-server';
import { workflowBundlePath } from '../support/temporal-env';
import type { DeletionView } from '../../api/deletion/schema';
import { update } from '../workflows/intent/support/intent-lab';
import { vm } from '../workflows/reflection/support/guests';
import type { Cluster } from '../workflows/reflection/support/lab';
import { rolesOfRequester, startDeletionLab, type Actor, type DeletionLab } from '../workflows/deletion/support/deletion-lab';

jest.setTimeout(300_000);

/** Somebody who has nothing but Temporal: its Web UI, `temporal workflow start`, `signal` and `update`, with every id there is. */
let lab: DeletionLab;
let cluster: Cluster;
let colleague: Actor;
let next = 100;

beforeAll(async () => {
  lab = await startDeletionLab();
  cluster = await lab.writable(
    'gamma',
    Array.from({ length: 20 }, (_, index) => vm(100 + index, `vm-${100 + index}`, { power: 'stopped' })),
  );
  colleague = await lab.actor('colleague', ...rolesOfRequester, 'authorize_deletion_request');
});
afterAll(() => lab?.stop());

const fresh = async () => lab.ask(cluster, next++);
const idOf = (vmid: number): string => `deletion/${cluster.id}/${vmid}`;
const handleOf = ({ vmid }: { vmid: number }) => lab.world.client.workflow.getHandle(idOf(vmid));
const codeOf = async (by: Actor, id: string, verdict: string, more = {}): Promise<string> =>
  (await lab.decide(by, id, 'code', { verdict, ...more })).body.code;

/** How a workflow ends that somebody starts by hand: its result, or the type of its failure. */
async function startByHand(type: string, input: object, workflowId = `by-hand/${randomUUID()}`): Promise<unknown> {
  const { workflow } = lab.world.client;
  const handle = await workflow.start(type, {
    workflowId,
    taskQueue: 'proxbox-control',
    args: [input],
    // What fails is tried again for ever in the background: whoever starts it waits no longer than this.
    workflowExecutionTimeout: '5 seconds',
    retry: { maximumAttempts: 1 },
  });
  return handle.result().catch((error: Error) => `failed: ${error.message}`);
}

type Sent = [] | [unknown];
const updateWith = (request: { vmid: number }, verdict: string, ...args: Sent): Promise<string> =>
  handleOf(request)
    .executeUpdate<{ state: string }, [unknown]>(verdict, { args: args as [unknown] })
    .then(({ state }) => state)
    .catch((error: unknown) =>
      error instanceof WorkflowUpdateFailedError
        ? `refused: ${(error.cause as { type?: string } | undefined)?.type ?? 'without a type'}`
        : Promise.reject(error),
    );

/** Every row that a person's decision could have changed. */
async function decidedRows(): Promise<unknown> {
  const { rows } = await lab.world.database.pool.query<{ rows: unknown }>(
    `select jsonb_build_object(
       'requests', (select jsonb_agg(jsonb_build_object('id', id, 'state', state, 'round', round, 'sent', sent_at, 'deadline', deadline) order by id)
          from deletion_request),
       'used', (select count(*) from deletion_code where used_at is not null),
       'people', (select count(*) from deletion_requester)) as rows`,
  );
  return rows[0]?.rows;
}

/** Does something, and shows that neither Proxmox nor NetBox was written to, nor anything decided. */
async function withoutEffect(work: () => Promise<unknown>): Promise<void> {
  lab.writesOf(cluster);
  const before = await decidedRows();
  const netboxBefore = lab.netbox.simulator.log.list().at(-1)?.n ?? 0;
  await work();
  expect(lab.writesOf(cluster)).toEqual([]);
  const writes = lab.netbox.simulator.log.list().filter(({ n, method }) => n > netboxBefore && method !== 'GET');
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  expect(await decidedRows()).toEqual(before);
}

test('workflows of every kind that are started by hand with ids that nobody gave out write and destroy nothing', async () => {
  const id = randomUUID();
  await withoutEffect(() =>
    Promise.all([
      startByHand('guestDestroy', { requestId: id }),
      startByHand('guestDestroy', { requestId: id }, `guest/${cluster.id}/100`),
      startByHand('guestDestroy', { requestId: "' or 1=1 --" }),
      startByHand('deletionRequest', { requestId: id }),
      startByHand('deletionRequest', { requestId: id, state: 'approved' }, idOf(119)),
      startByHand('guestChange', { changeId: id }),
      startByHand('intentApply', { runId: id }),
      startByHand('intentPlan', { planId: id }),
      startByHand('fullSync', { runId: id }),
      startByHand('endpointSync', { runId: id }),
    ]),
  );
});

test('workflows that are started by hand with the ids of what is really there, and not approved, destroy and write nothing', async () => {
  const asked = await fresh();
  const plan = await lab.planOf(cluster, [update(118, { memory_mib: 4096 })]);
  const [change] = plan.changes;
  const sync = await lab.sync(cluster);
  await withoutEffect(async () => {
    expect(await startByHand('guestDestroy', { requestId: asked.id })).toEqual({ state: 'pending' });
    const lock = `guest/${cluster.id}/${asked.vmid}`;
    expect(await startByHand('guestDestroy', { requestId: asked.id }, lock)).toEqual({ state: 'pending' });
    // A second workflow that follows the same request is one more that may do nothing.
    await startByHand('deletionRequest', { requestId: asked.id });
    // A change that was planned, and that nobody applied.
    expect(await startByHand('guestChange', { changeId: change?.id ?? '' })).toMatchObject({ state: 'planned' });
    await startByHand('intentApply', { runId: plan.id });
    // A run that has ended.
    await startByHand('fullSync', { runId: sync.id });
    await startByHand('endpointSync', { runId: sync.id });
  });
  expect(await lab.show(asked.id)).toMatchObject({ state: 'pending', deadline: asked.deadline });
  // It was not even looked at.
  const { rowCount } = await lab.world.database.pool.query(
    `select from audit where object_id = $1 and action in ('deletion.recheck', 'deletion.destroy')`,
    [asked.id],
  );
  expect(rowCount).toBe(0);
});

test('a destroy that is started by hand after the deadline destroys nothing', async () => {
  const asked = await fresh();
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  // Nobody lets it expire.
  await handleOf(asked).terminate('to be left alone');
  await lab.world.database.pool.query('update deletion_request set deadline = now() where id = $1', [asked.id]);
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
  await withoutEffect(async () => {
    expect(await startByHand('guestDestroy', { requestId: asked.id })).toEqual({ state: 'blocked' });
  });
  expect(lab.deletes(cluster).filter(call => call.includes(`/${asked.vmid} `))).toEqual([]);
  // The reconciler lets it expire, here and not in the middle of another test.
  await lab.world.client.workflow.execute('reconcile', { workflowId: `by-hand/${randomUUID()}`, taskQueue: 'proxbox-control' });
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'expired' });
});

test('what a person has decided is done once, also where somebody starts the same by hand at that time', async () => {
  const asked = await fresh();
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
  await Promise.all(Array.from({ length: 10 }, () => startByHand('guestDestroy', { requestId: asked.id })));
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
  expect(lab.deletes(cluster).filter(call => call.includes(`/${asked.vmid} `))).toHaveLength(1);
});

test('a destroy waits for whatever else works on the guest', async () => {
  const asked = await fresh();
  const { workflow } = lab.world.client;
  const nobody = 'a queue that nobody serves';
  const workflowId = `guest/${cluster.id}/${asked.vmid}`;
  const busy = await workflow.start('guestChange', { workflowId, taskQueue: nobody, args: [{ changeId: randomUUID() }] });
  await lab.decide(lab.approver, asked.id, 'approve');
  const turnedAway = async (): Promise<boolean> =>
    ((await handleOf(asked).fetchHistory()).events ?? []).some(event => event.startChildWorkflowExecutionFailedEventAttributes);
  do {
    expect(await lab.show(asked.id)).toMatchObject({ state: 'approved' });
    await sleep(100);
  } while (!(await turnedAway()));
  await busy.terminate('done');
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
});

test('a destroy that is started by hand meets the same checks: what blocks, blocks, and what differs is void', async () => {
  const asked = await fresh();
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  await lab.until(asked.id, 'blocked');
  expect(await startByHand('guestDestroy', { requestId: asked.id })).toEqual({ state: 'blocked' });
  cluster.proxmox.world.changeGuest(asked.vmid, { config: { memory: '4096' }, power: 'stopped' });
  expect(await startByHand('guestDestroy', { requestId: asked.id })).toEqual({ state: 'void' });
  await lab.closed(asked.id);
  expect(lab.deletes(cluster).filter(call => call.includes(`/${asked.vmid} `))).toEqual([]);
});

test('the workflow of a request that ended, started by hand once more, touches neither what has its VMID now nor what was asked for since', async () => {
  const destroyed = await fresh();
  await lab.decide(lab.approver, destroyed.id, 'approve');
  await lab.closed(destroyed.id);
  cluster.proxmox.world.createGuest(vm(destroyed.vmid, `vm-${destroyed.vmid}`, { power: 'stopped' }));
  await lab.sync(cluster);
  const rejected = await fresh();
  await lab.decide(lab.approver, rejected.id, 'reject', { reason: 'still in use' });
  await lab.closed(rejected.id);
  await lab.ask(cluster, rejected.vmid);
  await withoutEffect(async () => {
    for (const { id } of [destroyed, rejected]) await startByHand('deletionRequest', { requestId: id });
  });
});

describe('a raw update or signal', () => {
  test.each<[string, (asked: DeletionView) => Sent]>([
    ['with nothing', () => []],
    ['with null', () => [null]],
    ['with words', () => ['yes, please']],
    ['with a decision of its own', () => [{ verdict: 'approve', userId: 'approver', recorded: true }]],
    ['with the digest of the request', asked => [asked.digest]],
    ['with a code that was never given', () => [randomBytes(16).toString('hex')]],
  ])('%s decides nothing', async (_, sent) => {
    const asked = await fresh();
    const given = sent(asked);
    await withoutEffect(async () => {
      for (const verdict of ['approve', 'reject', 'cancel']) {
        expect(await updateWith(asked, verdict, ...given)).toBe('refused: unknown_code');
        await handleOf(asked).signal(verdict, ...given);
      }
      await handleOf(asked).signal('look');
      await handleOf(asked).signal('destroy');
      // It still hears, and has not failed.
      expect(await updateWith(asked, 'approve', '')).toBe('refused: unknown_code');
    });
    expect((await handleOf(asked).describe()).status.name).toBe('RUNNING');
  });

  test('with the code of another request, of another verdict, or of a requester decides nothing', async () => {
    const [asked, other] = [await fresh(), await fresh()];
    const ofOther = await codeOf(lab.approver, other.id, 'approve');
    const toReject = await codeOf(lab.approver, asked.id, 'reject', { reason: 'still in use' });
    const toCancel = await codeOf(lab.requester, asked.id, 'cancel');
    await withoutEffect(async () => {
      expect(await updateWith(asked, 'approve', ofOther)).toBe('refused: unknown_code');
      expect(await updateWith(asked, 'approve', toReject)).toBe('refused: unknown_code');
      expect(await updateWith(asked, 'approve', toCancel)).toBe('refused: unknown_code');
      for (const code of [ofOther, toReject, toCancel]) await handleOf(asked).signal('approve', code);
      expect(await updateWith(asked, 'approve', '')).toBe('refused: unknown_code');
    });
  });

  test('with a code that has expired, was used, or whose holder has joined since decides nothing', async () => {
    const asked = await fresh();
    const expired = await codeOf(lab.approver, asked.id, 'approve');
    await lab.world.database.pool.query(`update deletion_code set expires_at = now() - interval '1 second'`);
    const ofColleague = await codeOf(colleague, asked.id, 'approve');
    await colleague.say('POST', '', { endpoint_id: cluster.id, vmid: asked.vmid, reason: 'me too' });
    await withoutEffect(async () => {
      expect(await updateWith(asked, 'approve', expired)).toBe('refused: code_expired');
      expect(await updateWith(asked, 'approve', ofColleague)).toBe('refused: own_request');
      await handleOf(asked).signal('approve', expired);
      await handleOf(asked).signal('approve', ofColleague);
      expect(await updateWith(asked, 'approve', '')).toBe('refused: unknown_code');
    });

    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
    const good = await codeOf(lab.approver, asked.id, 'approve');
    expect(await updateWith(asked, 'approve', good)).toBe('approved');
    await lab.until(asked.id, 'blocked');
    expect(await updateWith(asked, 'approve', good)).toBe('refused: code_used');
  });
});

test('answers of activities that somebody makes up decide nothing: the rows do', async () => {
  const asked = await fresh();
  await lab.world.stopWorker();
  await handleOf(asked).terminate('to be started anew');
  const workflowId = idOf(asked.vmid);
  const destroying = `guest/${cluster.id}/${asked.vmid}`;
  // Workflows go on, and nothing carries their activities out but whoever completes them by their ids.
  await withWorkflowsAlone(async () => {
    await lab.world.client.workflow.start('deletionRequest', {
      workflowId,
      taskQueue: 'proxbox-control',
      args: [{ requestId: asked.id }],
    });
    await answer(workflowId, '1', {
      state: 'approved',
      isFinal: false,
      prepared: true,
      endpointId: cluster.id,
      vmid: asked.vmid,
      deadline: Date.now() + 86_400_000,
      remindAt: null,
      lookMs: 1000,
      about: 'it',
      reasons: '',
    });
    await answer(destroying, '1', 'executing');
  });
  await lab.world.startWorker();
  expect(await lab.world.client.workflow.getHandle(destroying).result()).toEqual({ state: 'pending' });
  expect(await lab.show(asked.id)).toMatchObject({ state: 'pending' });
  expect(lab.deletes(cluster).filter(call => call.includes(`/${asked.vmid} `))).toEqual([]);
  expect(await updateWith(asked, 'approve', '')).toBe('refused: unknown_code');
});

async function withWorkflowsAlone(work: () => Promise<void>): Promise<void> {
  const connection = await NativeConnection.connect({ address: lab.world.environment['TEMPORAL_ADDRESS'] ?? '' });
  const worker = await Worker.create({
    connection,
    namespace: NAMESPACE,
    taskQueue: 'proxbox-control',
    workflowBundle: { codePath: workflowBundlePath() },
    maxCachedWorkflows: 0,
  });
  try {
    await worker.runUntil(work());
  } finally {
    await connection.close();
  }
}

/** Completes an activity by its id, as `temporal activity complete` does, as soon as there is one that waits. */
async function answer(workflowId: string, activityId: string, result: unknown): Promise<void> {
  const { connection } = lab.world.client;
  const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(result)) };
  for (let tries = 0; ; tries++) {
    try {
      await connection.workflowService.respondActivityTaskCompletedById({
        namespace: NAMESPACE,
        workflowId,
        activityId,
        result: { payloads: [payload] },
      });
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(100);
    }
  }
}
