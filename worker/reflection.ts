import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { createReflectionActivities, type ReflectionActivities } from '../activities/reflection/activities';
import { createSupportAhead } from '../activities/reflection/support-ahead';
import { StopRun } from '../activities/failures';
import { createAdaptiveLimiter } from '../clients/limiter/adaptive-limiter';
import { createNetBoxClient, type NetBoxClient } from '../clients/netbox/client';
import { createProxmoxClient, type ProxmoxClient } from '../clients/proxmox/client';
import type { TlsPolicy } from '../clients/http/tls-connector';
import type { Config } from '../config/config';
import { createReflectionStore } from '../database/reflection-store';
import { readCredential } from '../database/repositories/credentials';
import type { Endpoint, EndpointTls } from '../database/repositories/endpoints';
import type { SecretBox } from '../database/secrets';
import type { SettingValues } from '../domain/settings/register';
import { explainFailure } from './explain-failure';
import { createWorkerSettings } from './policy';

export interface ReflectionParts {
  activities: ReflectionActivities;
  close(): Promise<void>;
}

/** Puts reflection together: the only place that knows the read credential, both clients, and the database. */
export async function composeReflection(config: Config, pool: Pool, secrets: SecretBox): Promise<ReflectionParts> {
  const settings = createWorkerSettings(pool, config.settings);
  const shared = await settings.ofInstallation();
  const netbox = openNetBox(config, shared);
  const activities = createReflectionActivities({
    store: createReflectionStore(pool),
    openProxmox: async endpoint => openProxmox(await settings.ofEndpoint(endpoint), pool, secrets, endpoint),
    netbox: netbox.client,
    netboxUrl: config.netbox.url ?? '',
    supportAhead: createSupportAhead(netbox.client),
    policyOf: settings.policyOf,
    explain: explainFailure,
    batchSize: shared.bulk_batch_size,
    settleMs: shared.netbox_settle_seconds * 1000,
  });
  return { activities, close: netbox.close };
}

/** One client for the whole process: it measures how much NetBox can take. */
function openNetBox(config: Config, settings: SettingValues): { client: NetBoxClient; close(): Promise<void> } {
  const { url, token, caFile, verifySsl } = config.netbox;
  if (url === undefined || token === undefined) return { client: notConfigured(), close: async () => {} };
  const client = createNetBoxClient({
    baseUrl: url,
    token: token.reveal(),
    tls: caFile !== undefined ? { mode: 'ca', ca: readFileSync(caFile, 'utf8') } : { mode: verifySsl ? 'verify' : 'insecure' },
    timeoutMs: settings.netbox_timeout * 1000,
    maxBatchItems: settings.bulk_batch_size,
    limiter: createAdaptiveLimiter({ ceiling: settings.netbox_write_concurrency }),
  });
  return { client, close: () => client.close() };
}

function notConfigured(): NetBoxClient {
  const refuse = (): never => {
    throw new StopRun(
      'configuration',
      'No NetBox is configured. Set NETBOX_URL and NETBOX_TOKEN for the worker, and start it again.',
    );
  };
  return new Proxy({} as NetBoxClient, { get: () => refuse });
}

async function openProxmox(settings: SettingValues, pool: Pool, secrets: SecretBox, endpoint: Endpoint): Promise<ProxmoxClient> {
  const credential = await readCredential(pool, secrets, endpoint.id);
  if (credential === undefined) {
    throw new StopRun(
      'configuration',
      `The endpoint ${endpoint.name} has no read credential. Enter one with PATCH /endpoints/{id}.`,
    );
  }
  const secret = credential.secret.reveal();
  return createProxmoxClient({
    baseUrl: endpoint.url,
    auth:
      credential.kind === 'token'
        ? { type: 'token', tokenId: credential.principal, secret }
        : { type: 'password', username: credential.principal, password: secret },
    tls: tlsPolicy(endpoint.tls),
    timeoutMs: settings.proxmox_timeout * 1000,
    agentTimeoutMs: settings.guest_agent_timeout * 1000,
    perNodeConcurrency: settings.proxbox_fetch_max_concurrency,
    // Calls for guests of several nodes go through one entry: it takes as many as all nodes together, within reason.
    entryConcurrency: Math.max(6, settings.proxbox_fetch_max_concurrency * 2),
  });
}

const tlsPolicy = (tls: EndpointTls): TlsPolicy =>
  tls.mode === 'ca'
    ? { mode: 'ca', ca: tls.ca }
    : tls.mode === 'fingerprint'
      ? { mode: 'fingerprint', sha256: tls.fingerprint }
      : tls;
