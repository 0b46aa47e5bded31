import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchPostgres } from '../../database/launch';
import { migrate } from '../../database/migrate';
import { atTeardown } from './global-teardown';
import { writeRunNotes } from './run-notes';
import { onServer, withDatabase } from './test-database';

/** Runs once before all test files, in a process of its own: what they share is started here and described in the run's notes. */
export default async function globalSetup(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'proxbox-test-'));
  chmodSync(folder, 0o711);
  atTeardown(() => rmSync(folder, { recursive: true, force: true }));
  const databaseUrl = await testServer(folder);
  const templateDatabase = `proxbox_template_${randomUUID().replaceAll('-', '')}`;
  await onServer(databaseUrl, `create database ${templateDatabase}`);
  atTeardown(() => onServer(databaseUrl, `drop database ${templateDatabase}`));
  await migrate(withDatabase(databaseUrl, templateDatabase));
  writeRunNotes(folder, { databaseUrl, templateDatabase });
}

/** The server of `DATABASE_URL`, or one of the run's own. */
async function testServer(folder: string): Promise<string> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  const launched = await launchPostgres({ stateDir: folder, purpose: 'test' });
  atTeardown(() => launched.stop());
  return launched.url;
}
