import type { Registry } from 'prom-client';
import type { Config } from '../config/config';
import { measureOutgoingRequests } from '../telemetry/outgoing-requests';

/** Measures what this process asks of NetBox and Proxmox. @returns what ends it. */
export function measureClients(register: Registry, { netbox }: Pick<Config, 'netbox'>): () => void {
  const netboxOrigin = netbox.url === undefined ? undefined : new URL(netbox.url).origin;
  return measureOutgoingRequests(register, ({ origin, path }) => {
    if (origin === netboxOrigin) return 'netbox';
    return path.startsWith('/api2/') ? 'proxmox' : undefined;
  });
}
