import type { NetBoxCapabilities } from './capabilities';
import { NetBoxResponseError } from './errors';
import { isRecord } from './field-errors';
import type { Transport } from './transport';
import { adapterFor, type NetBoxVersion } from './versions/supported';

/** What holds for one run: read when it starts, never changed in it. */
export interface NetBoxSession {
  readonly version: NetBoxVersion;
  /** As NetBox says it: `4.7.3`, `4.6.8-Docker-3.4.1`. */
  readonly versionText: string;
  /** Installed plugins with their versions: `{"netbox_branching": "1.2.2"}`. */
  readonly plugins: Readonly<Record<string, string>>;
  readonly capabilities: NetBoxCapabilities;
}

/** Reads `/api/status/` and binds the transport to the version found. */
export async function openSession(transport: Transport): Promise<NetBoxSession> {
  transport.expectVersion(undefined);
  const { body, request } = await transport.read({ method: 'GET', path: 'status' });
  const versionText = isRecord(body) ? body['netbox-version'] : undefined;
  if (!isRecord(body) || typeof versionText !== 'string')
    throw new NetBoxResponseError("the answer is not NetBox's status", request);
  const { version, adapter } = adapterFor(versionText);
  transport.expectVersion(adapter.minor);
  return { version, versionText, plugins: pluginsOf(body['plugins']), capabilities: adapter.capabilities };
}

function pluginsOf(plugins: unknown): Record<string, string> {
  return isRecord(plugins) ? Object.fromEntries(Object.entries(plugins).map(([name, version]) => [name, String(version)])) : {};
}
