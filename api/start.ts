import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Config } from '../config/config';
import { createNetworkGuard } from '../config/network-guard';
import { AuditChain } from '../database/audit-chain';
import { keepAuditHeads } from '../database/audit-head-keeper';
import { openAuditKey } from '../database/audit-key';
import { verifyAuditChain } from '../database/audit-verify';
import { readAuditEnd } from '../database/repositories/audit';
import { openSecretBox } from '../database/secrets';
import { writeBuiltInRoles } from '../database/repositories/people/roles';
import { builtInRoles } from '../domain/people/roles';
import { createApp } from './app';
import { system } from './audit/audit-requests';
import { createAuditor } from './audit/auditor';
import { createAuthenticate } from './auth/authenticate';
import { createOidcProvider } from './auth/oidc/provider';
import { makeFirstAdministrator } from './auth/first-administrator';
import type { ApiDatabase, ApiDependencies, ApiLog } from './dependencies';
import { recordMetrics } from './metrics/record-metrics';
import { limitRequests } from './rate-limit';
import { RunEventSignal } from './runs/event-signal';
import { startApplyLeftovers } from './intent/ask';
import { startLeftovers } from './runs/launch';
import { keepSchedules } from './schedules/keep';

export interface StartApiOptions extends Pick<
  ApiDependencies,
  'database' | 'databaseEngine' | 'temporal' | 'temporalUi' | 'log'
> {
  config: Pick<Config, 'api' | 'auditKey' | 'encryptionKey' | 'settings' | 'stateDir'> &
    Partial<Pick<Config, 'allowedNetworks' | 'netbox' | 'oidc' | 'previousEncryptionKey' | 'publicUrl'>>;
  /**
   * Shows the first API token of this installation, and the password of the administrator whose it is, to the person who starts it. Nobody
   * can read them a second time, so never log them.
   */
  showFirstKey: (token: string, administrator: { username: string; password: string }) => void;
  /** Gathers this process's metrics; without it there are none. */
  metrics?: Registry;
  /** Makes traces of requests; without it there are none. */
  tracing?: ApiDependencies['tracing'];
}

export interface RunningApi {
  /** Base URL, without a slash at its end. */
  url: string;
  /** Takes no more requests, lets open ones end for ten seconds, and closes. Leaves database and Temporal to whoever opened them. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 10_000;

/** Longer than proxies and clients keep an idle connection: a request must not meet one that is just being closed (Node closes after 5 s by default). */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts the API on a migrated database.
 * @throws KeyFileError, and Node's error when the port is taken.
 */
export async function startApi({ config, showFirstKey, metrics, tracing, ...parts }: StartApiOptions): Promise<RunningApi> {
  const { database, log } = parts;
  const { stateDir } = config;
  const auditKey = await openAuditKey(config);
  const chain = new AuditChain(database, auditKey);
  await warnOfAnotherKey(database, auditKey.keyId, log);
  const secrets = await openSecretBox(config);
  await writeBuiltInRoles(database, builtInRoles);
  const authenticate = createAuthenticate(database, config.api.key);
  if (metrics !== undefined) recordMetrics(metrics, parts);
  const runEvents = { signal: new RunEventSignal(database, log), stopping: new AbortController() };
  const app = createApp({
    ...parts,
    runEvents: { ...runEvents, stopping: runEvents.stopping.signal },
    metrics,
    tracing,
    secrets,
    authenticate,
    limitRequests: limitRequests(config.api.requestsPerMinute),
    audit: { chain, verify: () => verifyAuditChain(database, auditKey, stateDir) },
    environment: config.settings,
    network: createNetworkGuard(config.allowedNetworks ?? []),
    publicUrl: config.publicUrl,
    oidc:
      config.oidc && config.publicUrl !== undefined
        ? { config: config.oidc, provider: createOidcProvider(config.oidc, config.publicUrl) }
        : undefined,
    netboxUrl: config.netbox?.url?.replace(/\/+$/, ''),
    trustedProxies: config.api.trustedProxies,
  });

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: KEEP_ALIVE_MS + 5_000 }, app);
  server.listen(config.api.port, config.api.host);
  await once(server, 'listening');

  const heads = keepAuditHeads({ database, stateDir, log });

  const audit = createAuditor({ chain, log, requestId: null, actor: () => system });
  const first = await makeFirstAdministrator(database, audit, config.api.administrator);
  if (first !== undefined) showFirstKey(first.token, first);
  await startLeftovers(parts);
  await startApplyLeftovers(parts);
  const schedules = keepSchedules({ ...parts, audit });

  return {
    url: urlOf(server),
    stop: async () => {
      runEvents.stopping.abort();
      await stop(server);
      await runEvents.signal.close();
      await schedules.stop();
      await heads.stop();
    },
  };
}

/** Rows under several keys can be verified by nobody at once. */
async function warnOfAnotherKey(database: ApiDatabase, keyId: string, log: ApiLog): Promise<void> {
  const { last } = await readAuditEnd(database);
  if (last === undefined || last.keyId === keyId) return;
  log.error(
    { auditRow: last.seq, auditKeyId: last.keyId, ownAuditKeyId: keyId },
    'the audit log was written under another key: set PROXBOX_AUDIT_KEY, or restore audit.key in the state folder',
  );
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The API listens on no TCP port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  await closed;
  clearTimeout(impatience);
}
