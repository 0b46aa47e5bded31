import type { Pool } from 'pg';
import type { Config } from '../config/config';
import { summariseCredentials } from '../database/repositories/credentials';
import { type Endpoint, listEndpoints } from '../database/repositories/endpoints';
import { saveCredentialExpiry } from '../database/repositories/notifications/news';
import type { Clients } from './clients';

const HOUR_MS = 60 * 60 * 1_000;

/**
 * Asks NetBox and Proxmox, once an hour, when the tokens that we have there expire. Proxmox tells about a token to who may `User.Modify` (a token itself may not
 * ask as its user may). NetBox tells about a token of version 2, whose key is its name, when its user may view tokens. What cannot be asked stays as it was last told.
 */
export function createExpiryReader(config: Pick<Config, 'netbox'>, pool: Pool, clients: Clients): () => Promise<void> {
  let readAt = 0;
  return async () => {
    if (Date.now() - readAt < HOUR_MS) return;
    readAt = Date.now();
    const endpoints = (await listEndpoints(pool)).filter(({ enabled }) => enabled);
    await Promise.all(
      [readNetBox(config, pool, clients), ...endpoints.map(endpoint => readProxmox(pool, clients, endpoint))].map(quietly),
    );
  };
}

/** A token that may not be asked about is no failure of ours. */
const quietly = (work: Promise<void>): Promise<void> => work.catch(() => {});

async function readNetBox({ netbox }: Pick<Config, 'netbox'>, pool: Pool, clients: Clients): Promise<void> {
  const key = /nbt_([^.\s]+)\./.exec(netbox.token?.reveal() ?? '')?.[1];
  if (key === undefined) return;
  const tokens = await clients.netbox.listAll('users/tokens', { filters: { key }, fields: ['key', 'expires'] });
  const token = tokens.find(row => row['key'] === key);
  if (token === undefined) return;
  const expires: unknown = token['expires'];
  const expiresAt = typeof expires === 'string' ? new Date(expires) : null;
  await saveCredentialExpiry(pool, {
    subject: 'netbox-token',
    label: 'The NetBox token of the worker',
    endpointId: null,
    expiresAt,
  });
}

async function readProxmox(pool: Pool, clients: Clients, endpoint: Endpoint): Promise<void> {
  const credentials = await summariseCredentials(pool, [endpoint.id]);
  const read = credentials.find(({ purpose, kind }) => purpose === 'read' && kind === 'token');
  const [user, name] = read?.principal.split('!') ?? [];
  if (user === undefined || name === undefined) return;
  const proxmox = await clients.openReading(endpoint);
  try {
    const answer = await proxmox.request('GET', `/access/users/${encodeURIComponent(user)}/token/${encodeURIComponent(name)}`);
    const expire = Number(typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'expire') : undefined);
    await saveCredentialExpiry(pool, {
      subject: `proxmox-token/${endpoint.id}`,
      label: `The Proxmox token ${user}!${name} of ${endpoint.name}`,
      endpointId: endpoint.id,
      // 0: never.
      expiresAt: expire > 0 ? new Date(expire * 1_000) : null,
    });
  } finally {
    await proxmox.close();
  }
}
