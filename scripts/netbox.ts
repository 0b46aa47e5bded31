import { createNetBoxClient, type NetBoxClient } from '../clients/netbox/client';
import type { Config } from '../config/config';
import { ConfigError } from '../config/errors';
import { readPem } from '../config/host/read-pem';
import { effectiveValues } from '../domain/settings/resolve';

/**
 * The NetBox of the environment, for a script that works alone.
 * @throws ConfigError when it is not named, or its certificate authority cannot be read.
 */
export function netboxOf({ netbox, settings }: Pick<Config, 'netbox' | 'settings'>): NetBoxClient {
  const { url, token } = netbox;
  if (url === undefined || token === undefined) {
    throw new ConfigError([
      ...(url === undefined
        ? [{ variable: 'NETBOX_URL', problem: 'give the address of NetBox, such as https://netbox.example.com' }]
        : []),
      ...(token === undefined ? [{ variable: 'NETBOX_TOKEN', problem: 'give a NetBox API token' }] : []),
    ]);
  }
  return createNetBoxClient({
    baseUrl: url,
    token: token.reveal(),
    tls: tlsOf(netbox),
    timeoutMs: effectiveValues({ environment: settings, global: {} }).netbox_timeout * 1000,
  });
}

function tlsOf({ caFile, verifySsl }: Config['netbox']): { mode: 'ca'; ca: string } | { mode: 'verify' | 'insecure' } {
  if (caFile === undefined) return { mode: verifySsl ? 'verify' : 'insecure' };
  return { mode: 'ca', ca: readPem('NETBOX_CA', caFile) };
}
