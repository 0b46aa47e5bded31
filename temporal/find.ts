import type { Config } from '../config/config';
import { TemporalRequiredError } from './errors';
import type { FoundTemporal } from './found';
import { useGivenServer } from './given-server';
import type { TemporalLog } from './log';
import { useOwnServer } from './own-server';

/**
 * Finds a Temporal: the server of `TEMPORAL_ADDRESS`, on which nothing is changed, else a development server of our own.
 * @throws TemporalRequiredError in production without either `TEMPORAL_ADDRESS` or `PROXBOX_TEMPORAL=embedded`; TemporalUnreachableError,
 * ServerProgramNotFoundError, ServerStartError
 */
export async function findTemporal(
  config: Pick<Config, 'stateDir' | 'cacheDir' | 'searchPath' | 'temporal' | 'production'>,
  log: TemporalLog,
): Promise<FoundTemporal> {
  if (config.temporal.addressGiven) return useGivenServer(config, log);
  if (config.production && !config.temporal.embeddedWanted) throw new TemporalRequiredError();
  return useOwnServer(config, log);
}
