import type { Config } from '../config/config';
import type { TemporalLog } from './log';
import { locateProgram } from './programs/locate';
import { timeSkippingServer } from './programs/program';

/**
 * Path of the time-skipping test server's program, found or fetched as that of the development server is: for
 * `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`.
 * @throws ServerProgramNotFoundError
 */
export async function findTestServer(
  config: Pick<Config, 'cacheDir' | 'searchPath' | 'temporal'>,
  log: TemporalLog,
): Promise<string> {
  return (await locateProgram(timeSkippingServer, config.temporal.testServerPath, config, log)).path;
}
