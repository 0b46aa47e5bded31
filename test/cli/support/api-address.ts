import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startApi } from '../../../api/start';
import { openTemporal } from '../../../api/temporal';
import type { SyncWorld } from '../../support/sync-world';

export interface ApiAddress {
  url: string;
  token: string;
  /** A configuration file for it. */
  config: string;
  close(): Promise<void>;
}

/** One more API process's worth on the world's database and Temporal, whose address a command can be given. */
export async function apiOf(world: SyncWorld): Promise<ApiAddress> {
  const token = world.config.api.key?.reveal() ?? '';
  const namespace = world.client.options.namespace;
  const opened = openTemporal({ address: world.environment['TEMPORAL_ADDRESS'] ?? '' }, namespace);
  const api = await startApi({
    config: world.config,
    database: world.database.pool,
    databaseEngine: 'external',
    temporal: opened.temporal,
    temporalUi: { url: undefined, namespace },
    log: pino({ level: 'silent' }),
    showFirstKey: () => {},
  });
  const folder = mkdtempSync(join(tmpdir(), 'proxbox-cli-'));
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ url: api.url, token }), { mode: 0o600 });
  return {
    url: api.url,
    token,
    config,
    async close() {
      await api.stop();
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
