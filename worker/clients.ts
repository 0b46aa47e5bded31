import type { Pool } from 'pg';
import { StopRun } from '../activities/failures';
import type { TlsPolicy } from '../clients/http/tls-connector';
import { createAdaptiveLimiter } from '../clients/limiter/adaptive-limiter';
import { createNetBoxClient, type NetBoxClient } from '../clients/netbox/client';
import { createProxmoxClient, type ProxmoxClient } from '../clients/proxmox/client';
import type { Config } from '../config/config';
import { readPem } from '../config/host/read-pem';
import { createNetworkGuard } from '../config/network-guard';
import { type Credential, readCredential, writeCredential } from '../database/repositories/credentials';
import type { Endpoint, EndpointTls } from '../database/repositories/endpoints';
import type { SecretBox } from '../database/secrets';
import type { SettingValues } from '../domain/settings/register';
import { createWorkerSettings, type WorkerSettings } from './policy';

/** How the activities of this process reach Proxmox and NetBox: the only place that knows credentials. */
export interface Clients {
  settings: WorkerSettings;
  /** What held for all endpoints when this process started. */
  shared: SettingValues;
  /** One for the whole process: it measures how much NetBox can take. */
  netbox: NetBoxClient;
  /** A client with the endpoint's read credential; whoever opens it closes it. */
  openReading(endpoint: Endpoint): Promise<ProxmoxClient>;
  /** One with the write credential; undefined when the endpoint allows no changes, or has none. Never given to reflection. */
  openWriting(endpoint: Endpoint): Promise<ProxmoxClient | undefined>;
  close(): Promise<void>;
}

export async function openClients(config: Config, pool: Pool, secrets: SecretBox): Promise<Clients> {
  const settings = createWorkerSettings(pool, config.settings);
  const shared = await settings.ofInstallation();
  const { client: netbox, close } = openNetBox(config, shared);
  const guard = createNetworkGuard(config.allowedNetworks);
  const open = async (endpoint: Endpoint, credential: Credential): Promise<ProxmoxClient> =>
    createProxmoxClient({
      ...proxmoxOptions(endpoint, credential, await settings.ofEndpoint(endpoint)),
      refuseAddress: guard.refusalOf,
    });
  return {
    settings,
    shared,
    netbox,
    openReading: async endpoint => {
      const credential = await readCredential(pool, secrets, endpoint.id);
      if (credential === undefined) {
        throw new StopRun(
          'configuration',
          `The endpoint ${endpoint.name} has no read credential. Enter one with PATCH /endpoints/{id}.`,
        );
      }
      return open(endpoint, credential);
    },
    openWriting: async endpoint => {
      const credential = await writeCredential(pool, secrets, endpoint.id);
      return credential && open(endpoint, credential);
    },
    close,
  };
}

/** How NetBox's certificate is checked. */
export const netboxTls = ({ caFile, verifySsl }: Config['netbox']): TlsPolicy =>
  caFile !== undefined ? { mode: 'ca', ca: readPem('NETBOX_CA', caFile) } : { mode: verifySsl ? 'verify' : 'insecure' };

function openNetBox(config: Config, settings: SettingValues): { client: NetBoxClient; close(): Promise<void> } {
  const { url, token } = config.netbox;
  if (url === undefined || token === undefined) return { client: notConfigured(), close: async () => {} };
  const client = createNetBoxClient({
    baseUrl: url,
    token: token.reveal(),
    tls: netboxTls(config.netbox),
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

function proxmoxOptions(endpoint: Endpoint, credential: Credential, settings: SettingValues) {
  const secret = credential.secret.reveal();
  return {
    baseUrl: endpoint.url,
    auth:
      credential.kind === 'token'
        ? ({ type: 'token', tokenId: credential.principal, secret } as const)
        : ({ type: 'password', username: credential.principal, password: secret } as const),
    tls: tlsPolicy(endpoint.tls),
    timeoutMs: settings.proxmox_timeout * 1000,
    agentTimeoutMs: settings.guest_agent_timeout * 1000,
    perNodeConcurrency: settings.proxbox_fetch_max_concurrency,
    // Calls for guests of several nodes go through one entry: it takes as many as all nodes together, within reason.
    entryConcurrency: Math.max(6, settings.proxbox_fetch_max_concurrency * 2),
  };
}

const tlsPolicy = (tls: EndpointTls): TlsPolicy =>
  tls.mode === 'ca'
    ? { mode: 'ca', ca: tls.ca }
    : tls.mode === 'fingerprint'
      ? { mode: 'fingerprint', sha256: tls.fingerprint }
      : tls;
