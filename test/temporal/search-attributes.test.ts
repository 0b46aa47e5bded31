import { randomUUID } from 'node:crypto';
import { searchAttributes } from '../../temporal/search-attributes';
import { type TestTemporal, testTemporal, withWorker } from '../support/temporal-env';

describe('search attributes', () => {
  let temporal: TestTemporal;

  beforeAll(async () => {
    temporal = await testTemporal();
  });

  afterAll(() => temporal.close());

  test('are set by clients and workflows, and found by a query on all of them', async () => {
    const workflowId = `tagged-${randomUUID()}`;
    await withWorker(temporal, { workflowsPath: require.resolve('./workflows/tagged') }, async taskQueue => {
      await temporal.client.workflow.execute('tagged', {
        workflowId,
        taskQueue,
        args: ['2030-01-02T03:04:05Z'],
        typedSearchAttributes: [
          { key: searchAttributes.endpoint, value: workflowId },
          { key: searchAttributes.runKind, value: 'full-sync' },
          { key: searchAttributes.actor, value: 'ada@example.com' },
          { key: searchAttributes.vmid, value: 101 },
        ],
      });
    });

    const query = `ProxboxEndpoint = "${workflowId}" and ProxboxRunKind = "full-sync" and ProxboxActor = "ada@example.com" and ProxboxVmid = 101
      and ProxboxState = "waiting" and ProxboxOutcome = "none" and ProxboxChanged >= 3 and ProxboxDryRun = true
      and ProxboxExpiresAt > "2030-01-01T00:00:00Z" and ProxboxExpiresAt < "2030-01-03T00:00:00Z"`;
    expect(await listIds(query)).toEqual([workflowId]);
  });

  /** The server shows a finished run in its lists a moment later. */
  async function listIds(query: string): Promise<string[]> {
    for (let attempt = 0; ; attempt++) {
      const ids: string[] = [];
      for await (const { workflowId } of temporal.client.workflow.list({ query })) ids.push(workflowId);
      if (ids.length > 0 || attempt === 100) return ids;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
});
