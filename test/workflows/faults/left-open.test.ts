import { randomUUID } from 'node:crypto';
import { taskQueues, workflowIds, workflowTypes } from '../../../workflows/names';
import type { ReconcileResult } from '../../../workflows/reconcile';
import type { RunView } from '../../support/sync-world';
import { startFaultLab, type FaultLab } from './support/fault-lab';

jest.setTimeout(180_000);

let lab: FaultLab;
beforeAll(async () => {
  lab = await startFaultLab();
});
afterAll(() => lab.stop());
beforeEach(() => lab.begin());

const INTERFACES = { method: 'POST', pathPattern: '^/api/virtualization/interfaces/$' };
const seen = (runId: string): Promise<RunView> => lab.world.api('GET', `/runs/${runId}`);
const pool = () => lab.world.database.pool;

/** One round, as if all runs had been asked for a while ago. */
async function reconcile(): Promise<ReconcileResult> {
  await pool().query(`update run set created_at = created_at - interval '1 minute' where state in ('pending', 'running')`);
  return lab.world.client.workflow.execute(workflowTypes.reconcile, {
    workflowId: `reconcile-${randomUUID()}`,
    taskQueue: taskQueues.control,
  });
}

/** Less than a request may take: one without an answer might have its effect after the run looked whether it had. */
const HELD_MS = 1_500;

/** Starts a full sync and returns in the middle of its writing. */
async function startAndStop(): Promise<{ whole: string; child: string; endpointId: string }> {
  const reached = new Promise<void>(resolve => lab.atRequest(INTERFACES, resolve, HELD_MS));
  const whole = await lab.world.startSync();
  await reached;
  const { children } = await lab.world.api<{ children: { id: string; endpoint: { id: string } }[] }>('GET', `/runs/${whole}`);
  const [child] = children;
  if (child === undefined) throw new Error('the full sync has no endpoint yet');
  return { whole, child: child.id, endpointId: child.endpoint.id };
}

const terminate = (workflowId: string): Promise<unknown> => lab.world.client.workflow.getHandle(workflowId).terminate('a test');
const events = async (runId: string): Promise<string[]> => {
  const { rows } = await pool().query<{ event: string }>(`select event from run_event where run_id = $1 order by id`, [runId]);
  return rows.map(({ event }) => event);
};

test('the Schedule that looks for such runs is set up with the worker, every minute', async () => {
  const { spec, policies } = await lab.world.client.schedule.getHandle(workflowIds.reconcile).describe();
  expect(spec.intervals?.map(({ every }) => every)).toEqual([60_000]);
  expect(policies.overlap).toBe('SKIP');
});

test('a full sync and its endpoint whose workflows are terminated end as failed, with words that say so, and once', async () => {
  const { whole, child, endpointId } = await startAndStop();
  await terminate(workflowIds.fullSync(whole));
  await terminate(workflowIds.endpointSync(endpointId));
  expect(await reconcile()).toMatchObject({ started: 0, ended: 2 });
  for (const id of [whole, child]) {
    expect(await seen(id)).toMatchObject({
      state: 'failed',
      reason: 'internal',
      message: expect.stringMatching(/ended from outside \(terminated\).*the next sync does the rest/),
    });
    expect((await events(id)).filter(event => event === 'complete')).toHaveLength(1);
  }
  expect(await reconcile()).toEqual({ started: 0, ended: 0, settled: 0 });
  expect(await lab.sync()).toMatchObject({ state: 'completed' });
});

test('a full sync that is terminated while its endpoint goes on: the endpoint completes, and is left alone', async () => {
  const { whole, child } = await startAndStop();
  await terminate(workflowIds.fullSync(whole));
  await reconcile();
  expect(await seen(whole)).toMatchObject({ state: 'failed' });
  expect(await lab.world.awaitRun(child)).toMatchObject({ state: 'completed', message: null });
});

test('an endpoint that waited for its turn in a full sync that was terminated is cancelled: nobody would start it', async () => {
  const first = await startAndStop();
  const second = await lab.world.startSync();
  let waiting: RunView | undefined;
  while (waiting === undefined) waiting = (await seen(second)).children?.[0];
  await terminate(workflowIds.fullSync(second));
  await lab.world.awaitRun(first.whole);
  await reconcile();
  expect(await seen(second)).toMatchObject({ state: 'failed' });
  expect(await seen(waiting.id)).toMatchObject({ state: 'cancelled', message: expect.stringMatching(/before its turn came/) });
});

test('a run whose workflow was never started is started, and completes', async () => {
  const id = randomUUID();
  await pool().query(`insert into run (id, kind, requested_by, workflow_id) values ($1, 'full-sync', 'somebody', $2)`, [
    id,
    workflowIds.fullSync(id),
  ]);
  expect(await reconcile()).toMatchObject({ started: 1, ended: 0 });
  expect(await lab.world.awaitRun(id)).toMatchObject({ state: 'completed' });
});

test('runs that are at work are left alone', async () => {
  const { whole, child } = await startAndStop();
  expect(await reconcile()).toEqual({ started: 0, ended: 0, settled: 0 });
  expect(await lab.world.awaitRun(whole)).toMatchObject({ state: 'completed', message: null });
  expect(await seen(child)).toMatchObject({ state: 'completed' });
});

describe('a full sync that waits for a person', () => {
  /** A NetBox that holds somebody's VM, so that the first plan waits. */
  async function waiting(): Promise<{ whole: string; child: string }> {
    await create('virtualization/cluster-types', { name: 'other', slug: 'other' });
    const { id: cluster } = await create('virtualization/clusters', { name: 'other', type: { slug: 'other' } });
    await create('virtualization/virtual-machines', { name: 'by hand', cluster });
    const run = await lab.world.sync();
    expect(run.state).toBe('awaiting_confirmation');
    return { whole: run.id, child: run.children?.[0]?.id ?? '' };
  }

  async function create(path: string, body: object): Promise<{ id: number }> {
    const answer = await fetch(`${lab.netbox.url}/api/${path}/`, {
      method: 'POST',
      headers: { authorization: lab.netbox.token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(201);
    return answer.json() as Promise<{ id: number }>;
  }

  async function confirm(runId: string): Promise<string> {
    const { planDigest } = await lab.world.api<{ planDigest: string }>('GET', `/runs/${runId}`);
    return (await lab.world.api<{ id: string }>('POST', `/runs/${runId}/confirm`, { planDigest })).id;
  }

  test('waits no more when the run that the confirmation started has ended', async () => {
    const { whole, child } = await waiting();
    expect(await reconcile()).toMatchObject({ settled: 0 });
    const confirming = await confirm(child);
    expect(await lab.world.awaitRun(confirming)).toMatchObject({ state: 'completed' });
    while ((await seen(whole)).state === 'awaiting_confirmation') await new Promise(resolve => setTimeout(resolve, 50));
    expect(await seen(child)).toMatchObject({ state: 'completed', message: expect.stringContaining(confirming) });
    expect(await seen(whole)).toMatchObject({ state: 'completed', reason: null, message: expect.stringContaining(confirming) });
    expect((await events(whole)).filter(event => event === 'complete')).toHaveLength(1);
  });

  test('follows a confirming run that was ended from outside, too', async () => {
    const { whole, child } = await waiting();
    const held = new Promise<void>(resolve => lab.atRequest({ method: 'GET', pathPattern: '^/api/' }, resolve, 1_500));
    const confirming = await confirm(child);
    await held;
    const [grandchild] = (await seen(confirming)).children ?? [];
    const { endpoint } = await lab.world.api<{ endpoint: { id: string } }>('GET', `/runs/${grandchild?.id}`);
    await terminate(workflowIds.fullSync(confirming));
    await terminate(workflowIds.endpointSync(endpoint.id));
    expect(await reconcile()).toMatchObject({ ended: 2, settled: 2 });
    expect(await seen(child)).toMatchObject({ state: 'failed' });
    expect(await seen(whole)).toMatchObject({ state: 'failed', reason: 'endpoint-failed' });
  });
});
