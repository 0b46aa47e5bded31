import { randomUUID } from 'node:crypto';
import { TemporalUnavailableError } from '../../api/errors';
import { openTemporal, type OpenTemporal } from '../../api/temporal';
import type { FullSyncStart } from '../../api/temporal-starts';
import { taskQueues } from '../../workflows/names';
import { testTemporal, type TestTemporal, withWorker } from '../support/temporal-env';

let server: TestTemporal;
let own: OpenTemporal;
beforeAll(async () => {
  server = await testTemporal();
  own = openTemporal({ address: server.address }, server.namespace);
});
afterAll(async () => {
  await own.close();
  await server.close();
});

const newRun = (): FullSyncStart => ({
  runId: randomUUID(),
  actor: 'api-key:test',
  dryRun: true,
  summary: 'Full sync, for a test',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
});
const workflowOf = ({ runId }: FullSyncStart) => server.client.workflow.getHandle(`full-sync/${runId}`);

describe('on a Temporal server', () => {
  const started: FullSyncStart[] = [];
  const start = async (run = newRun()) => {
    await own.temporal.startFullSync(run);
    started.push(run);
    return run;
  };
  afterEach(async () => {
    for (const run of started.splice(0))
      await workflowOf(run)
        .terminate('end of the test')
        .catch(() => {});
  });

  test('a run is the workflow of its own id on the control queue, with nothing but the id as its input', async () => {
    const run = await start();
    const { type, taskQueue, typedSearchAttributes, staticSummary, memo } = await workflowOf(run)
      .describe()
      .then(async found => ({
        ...found,
        staticSummary: await found.staticSummary(),
      }));
    expect({ type, taskQueue, staticSummary, memo }).toEqual({
      type: 'fullSync',
      taskQueue: taskQueues.control,
      staticSummary: run.summary,
      memo: { traceparent: run.traceparent },
    });
    const attributes = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      ProxboxRunKind: 'full-sync',
      ProxboxActor: 'api-key:test',
      ProxboxDryRun: true,
    });
    const { events } = await workflowOf(run).fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.map(({ data }) =>
      Buffer.from(data ?? []).toString(),
    );
    expect(input).toEqual([JSON.stringify({ runId: run.runId })]);
  });

  test('a start that is repeated changes nothing, also after the workflow has ended', async () => {
    const run = await start();
    const first = (await workflowOf(run).describe()).runId;
    await start(run);
    expect((await workflowOf(run).describe()).runId).toBe(first);
    await workflowOf(run).terminate('over');
    await start(run);
    expect((await workflowOf(run).describe()).runId).toBe(first);
  });

  test('a workflow is asked to stop while it is open, and nothing is asked of one that is not', async () => {
    const run = await start();
    const id = workflowOf(run).workflowId;
    expect(await own.temporal.cancel(id)).toBe(true);
    const { events } = await workflowOf(run).fetchHistory();
    expect(events?.some(event => event.workflowExecutionCancelRequestedEventAttributes)).toBe(true);
    await workflowOf(run).terminate('over');
    expect(await own.temporal.cancel(id)).toBe(false);
    expect(await own.temporal.cancel(`full-sync/${randomUUID()}`)).toBe(false);
  });

  test('workers are counted by the queue that they ask', async () => {
    expect(await own.temporal.pollers(`test-${randomUUID()}`)).toBe(0);
    await withWorker(server, { activities: { nothing: async () => {} } }, async queue => {
      let seen = 0;
      while (seen === 0) seen = await own.temporal.pollers(queue);
      expect(seen).toBe(1);
    });
  });

  test('a refusal is told in the words of the server', async () => {
    const elsewhere = openTemporal({ address: server.address }, 'no-such-namespace');
    const starting = elsewhere.temporal.startFullSync(newRun());
    await expect(starting).rejects.toThrow(TemporalUnavailableError);
    await expect(starting).rejects.toThrow(/no-such-namespace/);
    await elsewhere.close();
  });
});

test('without a server every call fails as unavailable, and none waits for ever', async () => {
  const { temporal, close } = openTemporal({ address: '127.0.0.1:1' }, 'default');
  const calls = [temporal.startFullSync(newRun()), temporal.cancel('full-sync/1'), temporal.pollers('test')];
  await Promise.all(calls.map(call => expect(call).rejects.toThrow(TemporalUnavailableError)));
  await close();
});
