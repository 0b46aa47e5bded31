import { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadConfig } from '../../config/load';
import { findTestServer } from '../../temporal/test-server';

describe('the time-skipping test server', () => {
  test('is found or fetched without set-up, and skips a week', async () => {
    const path = await findTestServer(loadConfig(), console);
    const environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
    try {
      const before = await environment.currentTimeMs();
      await environment.sleep('7 days');
      expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(7 * 86_400_000);
    } finally {
      await environment.teardown();
    }
  });
});
