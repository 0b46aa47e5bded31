import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { loadConfig } from '../../config/load';
import { launchPostgres } from '../../database/launch';
import { migrate } from '../../database/migrate';
import { NAMESPACE, startDevServer } from '../../temporal/dev-server';
import { closeGaps } from '../../temporal/namespace';
import { locateProgram } from '../../temporal/programs/locate';
import { temporalCli } from '../../temporal/programs/program';
import { endProcess } from '../../temporal/server-process';
import { atTeardown } from './global-teardown';
import { makeRunFolder, noteProcess, sweepKilledRuns } from './run-folder';
import { prepare, writeRunNotes } from './run-notes';
import { onServer, withDatabase } from './test-database';

/** Runs once before all test files, in a process of its own: what they share is started here and described in the run's notes. */
export default async function globalSetup(): Promise<void> {
  await sweepKilledRuns();
  const folder = makeRunFolder();
  atTeardown(() => rmSync(folder, { recursive: true, force: true }));
  const [database, temporalAddress, workflowBundle] = await Promise.all([
    prepareDatabase(folder),
    prepare(() => startTemporal(folder)),
    prepare(() => bundleWorkflows(folder)),
  ]);
  writeRunNotes(folder, { ...database, temporalAddress, workflowBundle });
}

/** A template on the server of `DATABASE_URL`, or on one of the run's own. */
async function prepareDatabase(folder: string): Promise<{ databaseUrl: string; templateDatabase: string }> {
  const databaseUrl = loadConfig().database.url?.reveal() ?? (await startPostgres(folder));
  const templateDatabase = `proxbox_template_${randomUUID().replaceAll('-', '')}`;
  await onServer(databaseUrl, `create database ${templateDatabase}`);
  atTeardown(() => onServer(databaseUrl, `drop database ${templateDatabase}`));
  await migrate(withDatabase(databaseUrl, templateDatabase));
  return { databaseUrl, templateDatabase };
}

async function startPostgres(folder: string): Promise<string> {
  const launched = await launchPostgres({ stateDir: folder, purpose: 'test' });
  atTeardown(() => launched.stop());
  return launched.url;
}

/** A server of the run's own, even where `TEMPORAL_ADDRESS` names one: tests start and end workflows as they please. */
async function startTemporal(folder: string): Promise<string> {
  const config = loadConfig();
  const { path } = await locateProgram(temporalCli, config.temporal.cliPath, config, console);
  const { address, identity } = await startDevServer({ program: path, folder, ui: false, usualPorts: false, ownGroup: false });
  noteProcess(folder, 'temporal', identity);
  atTeardown(() => endProcess(identity));
  const connection = await Connection.connect({ address });
  await closeGaps(connection, NAMESPACE);
  await connection.close();
  return address;
}

async function bundleWorkflows(folder: string): Promise<string> {
  const workflowsPath = require.resolve('../../workflows/index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const path = join(folder, 'workflow-bundle.js');
  writeFileSync(path, code);
  return path;
}
