import type { DeletionView } from '../../api/deletion/schema';
import { NAMESPACE } from '../../temporal/dev-server';
import { startProgram, type ChildProgram } from '../support/child-program';
import { onFault } from '../workflows/faults/support/on-fault';
import { vm } from '../workflows/reflection/support/guests';
import type { Cluster } from '../workflows/reflection/support/lab';
import { rolesOfRequester, startDeletionLab, type Actor, type DeletionLab } from '../workflows/deletion/support/deletion-lab';

jest.setTimeout(300_000);

/** Two API processes and two workers, on one database and one Temporal: whatever is asked at once, and however often, is done once. */
let lab: DeletionLab;
let cluster: Cluster;
let apis: { url: string; program: ChildProgram }[] = [];
let workers: ChildProgram[] = [];
let colleague: Actor;
let next = 100;

beforeAll(async () => {
  // Nothing is looked at again by itself: what happens, somebody has asked for.
  lab = await startDeletionLab({ PROXBOX_DELETION_LOOK_SECONDS: '3600' });
  cluster = await lab.writable(
    'twice',
    Array.from({ length: 12 }, (_, index) => vm(100 + index, `vm-${100 + index}`, { power: 'stopped' })),
  );
  colleague = await lab.actor('colleague', ...rolesOfRequester, 'authorize_deletion_request');
  await lab.world.stopWorker();
  apis = await Promise.all([startApiProcess(), startApiProcess()]);
  workers = await Promise.all([startWorkerProcess(), startWorkerProcess()]);
});
afterAll(async () => {
  await Promise.all([...apis.map(({ program }) => program.kill()), ...workers.map(worker => worker.kill())]);
  await lab?.stop();
});

async function startApiProcess(): Promise<{ url: string; program: ChildProgram }> {
  const program = startProgram('api/main.ts', [], { ...lab.world.environment, PROXBOX_LOG_LEVEL: 'info' });
  for (;;) {
    const url = /"API: (http[^"]+)"/.exec(await program.nextLine())?.[1];
    if (url !== undefined) return { url, program };
  }
}

async function startWorkerProcess(): Promise<ChildProgram> {
  const worker = startProgram('test/workflows/crash/support/worker-program.ts', [], lab.world.environment);
  await worker.nextLine();
  return worker;
}

/** Says something at one of the API processes, in turn. */
let turn = 0;
async function say(by: Actor, path: string, body: unknown = {}, etag?: string): Promise<number> {
  const { url } = apis[turn++ % apis.length]!;
  const { status } = await fetch(`${url}/intent/deletion-requests${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${by.secret}`,
      'content-type': 'application/json',
      ...(etag !== undefined && { 'if-match': etag }),
    },
    body: JSON.stringify(body),
  });
  return status;
}

const fifty = (work: (n: number) => Promise<number>): Promise<number[]> =>
  Promise.all(Array.from({ length: 50 }, (_, index) => work(index)));
const deletesOf = (vmid: number): string[] => lab.deletes(cluster).filter(call => call.includes(`/${vmid} `));
const handleOf = (vmid: number) => lab.world.client.workflow.getHandle(`deletion/${cluster.id}/${vmid}`);
const etagOf = async (id: string): Promise<string> => (await lab.approver.say('GET', `/${id}`)).etag;
const fresh = (): Promise<DeletionView> => lab.ask(cluster, next++);

/** A request that was approved while its guest was running. */
async function blocked(): Promise<DeletionView> {
  const asked = await fresh();
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
  await lab.decide(lab.approver, asked.id, 'approve');
  return lab.until(asked.id, 'blocked');
}

/** Back to the end of its first task, as if nothing had happened since. */
async function reset(vmid: number, workflowId = `deletion/${cluster.id}/${vmid}`): Promise<void> {
  const { client } = lab.world;
  const handle = client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  const { events = [] } = await handle.fetchHistory();
  const first = events?.find(event => event.workflowTaskCompletedEventAttributes)?.eventId ?? null;
  await client.connection.workflowService.resetWorkflowExecution({
    namespace: NAMESPACE,
    workflowExecution: { workflowId, runId },
    reason: 'by hand',
    workflowTaskFinishEventId: first,
    requestId: `${workflowId}/${Date.now()}`,
  });
}

const reconcile = (): Promise<unknown> =>
  lab.world.client.workflow.execute('reconcile', {
    workflowId: `reconcile/${Date.now()}`,
    taskQueue: 'proxbox-control',
    args: [],
  });

test('fifty people who ask at once open one request', async () => {
  const vmid = next++;
  const body = { endpoint_id: cluster.id, vmid, reason: 'no longer needed' };
  const answers = await fifty(n => say(n % 2 === 0 ? lab.requester : colleague, '', body));
  expect(answers.filter(status => status === 201)).toHaveLength(1);
  expect(new Set(answers)).toEqual(new Set([200, 201]));
  const { body: listed } = await lab.approver.say('GET', `?vmid=${vmid}`);
  expect(listed.items).toHaveLength(1);
  expect(listed.items[0]?.requestedBy.map(({ name }) => name).sort()).toEqual(['colleague', 'requester']);
});

test('of fifty approvals at once, at two APIs, one takes effect and one DELETE is sent', async () => {
  const asked = await fresh();
  const etag = await etagOf(asked.id);
  const answers = await fifty(() => say(lab.approver, `/${asked.id}/approve`, { digest: asked.digest, name: asked.name }, etag));
  expect(answers.filter(status => status === 200)).toHaveLength(1);
  // 503: Temporal takes only so many updates of one workflow at once, and whoever is sent away may try again.
  expect([200, 409, 503]).toEqual(expect.arrayContaining(answers));
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(asked.vmid)).toHaveLength(1);
});

test('of fifty executes at once, with destroys that are started by hand, one DELETE is sent', async () => {
  const asked = await blocked();
  cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
  const executes = fifty(() => say(colleague, `/${asked.id}/execute`));
  const byHand = Array.from({ length: 10 }, (_, index) =>
    lab.world.client.workflow.execute('guestDestroy', {
      workflowId: `by-hand/${asked.id}/${index}`,
      taskQueue: 'proxbox-control',
      args: [{ requestId: asked.id }],
    }),
  );
  const [answers] = await Promise.all([executes, ...byHand]);
  expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
  expect(deletesOf(asked.vmid)).toHaveLength(1);
  expect(answers).toContain(202);
});

test('of an approval, a rejection and a cancellation at once the first decides', async () => {
  const asked = await fresh();
  const etag = await etagOf(asked.id);
  const answers = await Promise.all([
    say(lab.approver, `/${asked.id}/approve`, { digest: asked.digest, name: asked.name }, etag),
    say(colleague, `/${asked.id}/reject`, { reason: 'still in use' }, etag),
    say(lab.requester, `/${asked.id}/cancel`, {}, etag),
  ]);
  const { state } = await lab.closed(asked.id);
  expect(['destroyed', 'rejected', 'cancelled']).toContain(state);
  expect(deletesOf(asked.vmid)).toHaveLength(state === 'destroyed' ? 1 : 0);
  // A final decision may follow an approval that was not carried out yet, and nothing follows it.
  const [approved, rejected, cancelled] = answers.map(status => status === 200);
  expect(rejected && cancelled).toBe(false);
  expect({ destroyed: approved, rejected, cancelled }[state as 'destroyed']).toBe(true);
});

describe('a workflow that somebody resets', () => {
  test('takes no decision back and none twice', async () => {
    const asked = await fresh();
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'running' });
    const { code } = (await lab.decide(lab.approver, asked.id, 'code', { verdict: 'approve' })).body;
    await handleOf(asked.vmid).signal('approve', code);
    const before = await lab.until(asked.id, 'blocked');
    // The signal comes once more with the reset, and its code was used.
    await reset(asked.vmid);
    await say(colleague, `/${asked.id}/execute`);
    await handleOf(asked.vmid).signal('look');
    expect(await lab.show(asked.id)).toMatchObject({ state: 'blocked', round: 1, deadline: before.deadline });
    cluster.proxmox.world.changeGuest(asked.vmid, { power: 'stopped' });
    await say(colleague, `/${asked.id}/execute`);
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed', deadline: before.deadline });
    expect(deletesOf(asked.vmid)).toHaveLength(1);
  });

  test('after its end ends again as it had ended, and sends nothing', async () => {
    const asked = await fresh();
    await lab.decide(lab.approver, asked.id, 'approve');
    const ended = await lab.closed(asked.id);
    expect(ended.state).toBe('destroyed');
    await reset(asked.vmid, `guest/${cluster.id}/${asked.vmid}`);
    expect(await lab.world.client.workflow.getHandle(`guest/${cluster.id}/${asked.vmid}`).result()).toEqual({
      state: 'destroyed',
    });
    await reset(asked.vmid);
    expect(await handleOf(asked.vmid).result()).toEqual({ state: 'destroyed' });
    expect(deletesOf(asked.vmid)).toHaveLength(1);
    expect(await lab.show(asked.id)).toMatchObject({ state: 'destroyed', endedAt: ended.endedAt, receipt: ended.receipt });
  });
});

describe('workflows that are lost', () => {
  test('one that was deleted comes back with the same deadline, and is decided about as ever', async () => {
    const asked = await fresh();
    await handleOf(asked.vmid).terminate('by hand');
    const { runId } = await handleOf(asked.vmid).describe();
    await lab.world.client.connection.workflowService.deleteWorkflowExecution({
      namespace: NAMESPACE,
      workflowExecution: { workflowId: `deletion/${cluster.id}/${asked.vmid}`, runId },
    });
    await reconcile();
    expect((await handleOf(asked.vmid).describe()).status.name).toBe('RUNNING');
    expect(await lab.show(asked.id)).toMatchObject({ state: 'pending', deadline: asked.deadline });
    expect(
      await say(lab.approver, `/${asked.id}/approve`, { digest: asked.digest, name: asked.name }, await etagOf(asked.id)),
    ).toBe(200);
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
    expect(deletesOf(asked.vmid)).toHaveLength(1);
  });

  test('those that were terminated while the guest was being destroyed come back, and find out what became of it', async () => {
    const asked = await fresh();
    const { faults } = cluster.proxmox;
    const match = { method: 'DELETE', pathPattern: `/qemu/${asked.vmid}$` };
    faults.add({ match, when: 'after', action: { kind: 'delay', ms: 2_000 } });
    const reached = new Promise<void>(resolve => onFault<never, unknown>(faults, () => resolve()));
    await lab.decide(lab.approver, asked.id, 'approve');
    await reached;
    await handleOf(asked.vmid).terminate('by hand');
    await lab.world.client.workflow.getHandle(`guest/${cluster.id}/${asked.vmid}`).terminate('by hand');
    expect((await lab.show(asked.id)).state).toBe('executing');
    await reconcile();
    expect(await lab.closed(asked.id)).toMatchObject({ state: 'destroyed' });
    expect(deletesOf(asked.vmid)).toHaveLength(1);
    faults.clear();
  });
});
