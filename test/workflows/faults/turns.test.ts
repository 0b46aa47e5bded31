import { workflowIds } from '../../../workflows/names';
import type { RunView } from '../../support/sync-world';
import { startFaultLab, type FaultLab } from './support/fault-lab';
import { lastRequest, writesTo, type Picture } from './support/picture';

jest.setTimeout(180_000);

interface Times extends RunView {
  startedAt: string | null;
  finishedAt: string | null;
}

let lab: FaultLab;
let whole: Picture;
beforeAll(async () => {
  lab = await startFaultLab();
  whole = await lab.undisturbed();
});
afterAll(() => lab.stop());
beforeEach(() => lab.begin());

const INTERFACES = { method: 'POST', pathPattern: '^/api/virtualization/interfaces/$' };

/** Starts a full sync and returns in the middle of its writing, with NetBox at work on interfaces for a while. */
async function startAndStop(): Promise<{ whole: string; child: string; endpoint: string }> {
  const reached = new Promise<void>(resolve => lab.atRequest(INTERFACES, resolve, 1_500));
  const runId = await lab.world.startSync();
  await reached;
  return { whole: runId, ...(await childOf(runId)) };
}

async function childOf(runId: string): Promise<{ child: string; endpoint: string }> {
  const run = await lab.world.api<{ children: { id: string; endpoint: { id: string } }[] }>('GET', `/runs/${runId}`);
  const [child] = run.children;
  if (child === undefined) throw new Error('the full sync has no endpoint yet');
  return { child: child.id, endpoint: child.endpoint.id };
}

const terminate = (endpointId: string): Promise<unknown> =>
  lab.world.client.workflow.getHandle(workflowIds.endpointSync(endpointId)).terminate('a test');
const seen = (runId: string): Promise<Times> => lab.world.api<Times>('GET', `/runs/${runId}`);

test('two full syncs at once: the second waits for its turn, both complete, and nothing is doubled', async () => {
  const ids = await Promise.all([lab.world.startSync(), lab.world.startSync()]);
  const runs = await Promise.all(ids.map(id => lab.world.awaitRun(id)));
  expect(runs.map(({ state, message }) => ({ state, message }))).toEqual(Array(2).fill({ state: 'completed', message: null }));
  const children = await Promise.all(runs.map(({ children }) => seen(children?.[0]?.id ?? '')));
  const [one, other] = children.sort((a, b) => String(a.startedAt).localeCompare(String(b.startedAt)));
  expect(String(other?.startedAt) >= String(one?.finishedAt)).toBe(true);
  expect(other?.counts).toMatchObject({ written: 0 });
  expect(lab.picture()).toEqual(whole);
});

test('an endpoint cancelled while it writes: what was written stays, nothing follows, and the next sync completes it', async () => {
  const runs = await startAndStop();
  await lab.world.api('POST', `/runs/${runs.child}/cancel`);
  expect(await lab.world.awaitRun(runs.child)).toMatchObject({
    state: 'cancelled',
    message: expect.stringMatching(/what was written before stays/),
  });
  expect(await lab.world.awaitRun(runs.whole)).toMatchObject({
    state: 'cancelled',
    message: expect.stringMatching(/Cancelled for lab/),
  });
  const end = lastRequest(lab.netbox);
  const open = (await lab.changes(runs.child, 'state=sending')).length;
  expect(open).toBe(0);

  expect(await lab.sync()).toMatchObject({ state: 'completed', message: null, counts: { refused: 0, skipped: 0, linked: 0 } });
  expect(writesTo(lab.netbox, end).filter(write => write.includes('virtual-machines'))).not.toContain(
    'POST /api/virtualization/virtual-machines/',
  );
  expect(lab.picture()).toEqual(whole);
  expect(await lab.syncAgain()).toEqual({ state: 'completed', writes: [] });
});

test('a full sync cancelled: the endpoint that runs is completed, and one that waited never starts', async () => {
  const first = await startAndStop();
  const second = await lab.world.startSync();
  const waiting = await waitingChildOf(second);
  await lab.world.api('POST', `/runs/${second}/cancel`);
  expect(await lab.world.awaitRun(second)).toMatchObject({ state: 'cancelled' });
  await lab.world.api('POST', `/runs/${first.whole}/cancel`);
  expect(await lab.world.awaitRun(first.whole)).toMatchObject({ state: 'cancelled' });

  expect(await lab.world.awaitRun(waiting.child)).toMatchObject({ state: 'cancelled' });
  expect(await lab.world.awaitRun(first.child)).toMatchObject({ state: 'completed' });
  expect(lab.picture()).toEqual(whole);
});

test('a terminated endpoint sync: the next one closes its run, and completes', async () => {
  const runs = await startAndStop();
  await terminate(runs.endpoint);
  const run = await lab.sync();
  expect(run).toMatchObject({ state: 'completed', message: null, counts: { refused: 0, skipped: 0 } });
  expect(lab.picture()).toEqual(whole);
  expect(await lab.world.awaitRun(runs.child)).toMatchObject({
    state: 'failed',
    message: expect.stringMatching(/terminated|ended from outside/),
  });
  expect(await lab.world.awaitRun(runs.whole)).toMatchObject({ state: 'failed' });
  expect(await lab.syncAgain()).toEqual({ state: 'completed', writes: [] });
});

test('a sync that waits for another gets its turn when the other is terminated', async () => {
  const first = await startAndStop();
  const second = await lab.world.startSync();
  await waitingChildOf(second);
  await lab.world.client.workflow.getHandle(workflowIds.fullSync(first.whole)).terminate('a test');
  await terminate(first.endpoint);
  expect(await lab.world.awaitRun(second)).toMatchObject({ state: 'completed', message: null });
  expect(await lab.world.awaitRun(first.child)).toMatchObject({ state: 'failed' });
  expect(lab.picture()).toEqual(whole);
});

/** The endpoint's run of a full sync that waits for another. */
async function waitingChildOf(runId: string): Promise<{ child: string }> {
  const workflow = lab.world.client.workflow.getHandle(workflowIds.fullSync(runId));
  return until(async () => {
    const { raw } = await workflow.describe();
    if (!raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'awaitEndpoint')) throw new Error('not yet');
    return childOf(runId);
  });
}

async function until<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}
