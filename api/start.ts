import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Config } from '../config/config';
import { openSecretBox } from '../database/secrets';
import { writeBuiltInRoles } from '../database/repositories/people/roles';
import { builtInRoles } from '../domain/people/roles';
import { createApp } from './app';
import { createAuthenticate } from './auth/authenticate';
import { makeFirstAdministrator } from './auth/first-administrator';
import type { ApiDependencies } from './dependencies';
import { startLeftovers } from './runs/launch';

export interface StartApiOptions extends Pick<
  ApiDependencies,
  'database' | 'databaseEngine' | 'temporal' | 'temporalUi' | 'log'
> {
  config: Pick<Config, 'api' | 'encryptionKey' | 'stateDir'>;
  /**
   * Shows the first API token of this installation, and the password of the administrator whose it is, to the person who starts it. Nobody
   * can read them a second time, so never log them.
   */
  showFirstKey: (token: string, administrator: { username: string; password: string }) => void;
}

export interface RunningApi {
  /** Base URL, without a slash at its end. */
  url: string;
  /** Takes no more requests, lets open ones end for ten seconds, and closes. Leaves database and Temporal to whoever opened them. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 10_000;

/**
 * Starts the API on a migrated database.
 * @throws KeyFileError, and Node's error when the port is taken.
 */
export async function startApi({ config, showFirstKey, ...parts }: StartApiOptions): Promise<RunningApi> {
  const { database } = parts;
  const secrets = await openSecretBox(config);
  await writeBuiltInRoles(database, builtInRoles);
  const authenticate = createAuthenticate(database, config.api.key);
  const app = createApp({ ...parts, secrets, authenticate, trustedProxies: config.api.trustedProxies });

  const server = createServer(app);
  server.listen(config.api.port, config.api.host);
  await once(server, 'listening');

  const first = await makeFirstAdministrator(database, config.api.administrator);
  if (first !== undefined) showFirstKey(first.token, first);
  await startLeftovers(parts);

  return { url: urlOf(server), stop: () => stop(server) };
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
