import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config/config';
import { reasonOf, TemporalUnreachableError } from './errors';
import type { FoundTemporal, TemporalConnectionOptions } from './found';
import type { TemporalLog } from './log';
import { commandsFor, findGaps, RETENTION_DAYS } from './namespace';

/**
 * Uses the server of `TEMPORAL_ADDRESS`, with namespace, TLS and API key as every Temporal program reads them. Nothing on it is changed: what it
 * lacks is told, with the commands that add it.
 * @throws TemporalUnreachableError
 */
export async function useGivenServer(config: Pick<Config, 'temporal'>, log: TemporalLog): Promise<FoundTemporal> {
  const loaded = loadClientConnectConfig({ overrideEnvVars: { ...config.temporal.environment.reveal() } });
  const { address = '', tls, apiKey, metadata } = loaded.connectionOptions;
  const namespace = loaded.namespace ?? 'default';
  const connectionOptions: TemporalConnectionOptions = {
    address,
    ...(tls === undefined ? {} : { tls }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };

  const connection = await connect(connectionOptions, namespace);
  try {
    await tellGaps(connection, namespace, log);
  } finally {
    await connection.close();
  }
  return {
    address,
    namespace,
    connectionOptions,
    started: false,
    uiUrl: undefined,
    described: `Temporal: ${address}, namespace ${namespace} (TEMPORAL_ADDRESS)`,
    stop: async () => {},
  };
}

async function connect(options: TemporalConnectionOptions, namespace: string): Promise<Connection> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ ...options, connectTimeout: '10s' });
    await connection.workflowService.describeNamespace({ namespace });
    return connection;
  } catch (error) {
    await connection?.close();
    throw new TemporalUnreachableError(options.address, namespace, error);
  }
}

async function tellGaps(connection: Connection, namespace: string, log: TemporalLog): Promise<void> {
  try {
    const gaps = await findGaps(connection, namespace);
    if (gaps.shortRetentionDays !== undefined) {
      log.warn(
        `Temporal keeps finished runs of namespace ${namespace} for ${gaps.shortRetentionDays} days only; ${RETENTION_DAYS} are advised.`,
      );
    }
    if (gaps.missingAttributes.length > 0) {
      const names = gaps.missingAttributes.map(({ name }) => name).join(', ');
      log.warn(`Namespace ${namespace} lacks the search attributes ${names}. Without them no workflow can start.`);
    }
    for (const command of commandsFor(gaps, namespace)) log.warn(`  ${command}`);
  } catch (error) {
    log.warn(`Search attributes and retention of namespace ${namespace} could not be checked: ${reasonOf(error)}`);
  }
}
