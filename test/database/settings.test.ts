import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../database/migrate';
import { migrationsFolder } from '../../database/migration-files';
import { inTransaction } from '../../database/queryable';
import { type Endpoint, findEndpoint, insertEndpoint } from '../../database/repositories/endpoints';
import { loadGlobalSettings, lockGlobalSettings, saveGlobalSettings } from '../../database/repositories/settings';
import { createWorkerSettings } from '../../worker/policy';
import { seedRun } from '../api/support/seed';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database';

describe('the settings of an installation', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  const save = (change: Parameters<typeof saveGlobalSettings>[1]): Promise<void> =>
    inTransaction(database.pool, async db => {
      const { version } = await lockGlobalSettings(db);
      await saveGlobalSettings(db, change, { version: version + 1, updatedBy: 'ann' });
    });
  const endpointWith = async (policy: Endpoint['policy']): Promise<Endpoint> => {
    const names = { siteSlug: null, netboxClusterName: null, netboxVrf: null };
    const id = randomUUID();
    const own = { name: id, url: 'https://pve.example.com:8006', tls: { mode: 'verify' } as const, enabled: true };
    return insertEndpoint(database.pool, id, { ...own, ...names, allowWrites: false, policy });
  };

  test('keep what is not changed, and have a version that only rises', async () => {
    expect(await loadGlobalSettings(database.pool)).toEqual({ values: {}, version: 0 });
    await save({ sync_templates: false, interface_exclude_names: ['wg0'] });
    await save({ sync_templates: null });
    expect(await loadGlobalSettings(database.pool)).toEqual({ values: { interface_exclude_names: ['wg0'] }, version: 2 });
  });

  test('are not lost when two change them at the same time', async () => {
    await Promise.all([save({ sync_templates: false }), save({ overwrite_vm_tags: false }), save({ netbox_timeout: 60 })]);
    const { values, version } = await loadGlobalSettings(database.pool);
    expect(values).toEqual({ sync_templates: false, overwrite_vm_tags: false, netbox_timeout: 60 });
    expect(version).toBe(3);
  });

  test('hold for the next run, not for one that has begun', async () => {
    const endpoint = await endpointWith({ overwrite_vm_role: false });
    const worker = createWorkerSettings(database.pool, { overwrite_vm_type: false });
    const [first, second] = [{ id: await seedRun(database.pool) }, { id: await seedRun(database.pool) }];

    const before = await worker.policyOf(endpoint, first);
    expect(before).toMatchObject({ syncTemplates: true, allowWrites: false });
    expect(Object.entries(before.flags).filter(([, on]) => !on)).toEqual([
      ['overwrite_vm_role', false],
      ['overwrite_vm_type', false],
    ]);

    await save({ sync_templates: false, overwrite_vm_role: true, overwrite_vm_type: true, interface_exclude_prefixes: [] });
    expect(await worker.policyOf(endpoint, first)).toEqual(before);
    const after = await worker.policyOf(endpoint, second);
    expect(after).toMatchObject({ syncTemplates: false, interfaceExcludePrefixes: [] });
    expect(after.flags).toEqual(before.flags);
  });

  test('reach what is used beyond single runs with the variables of the environment first', async () => {
    await save({ netbox_timeout: 60, bulk_batch_size: 10 });
    const values = await createWorkerSettings(database.pool, { netbox_timeout: 90 }).ofInstallation();
    expect(values).toMatchObject({ netbox_timeout: 90, bulk_batch_size: 10, netbox_settle_seconds: 20 });
  });
});

test('what endpoints decided before settings had one name keeps its meaning', async () => {
  const database = await createEmptyDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'proxbox-migrations-'));
  const files = readdirSync(migrationsFolder()).filter(file => file.endsWith('.sql') && file < '000004');
  for (const file of files) copyFileSync(join(migrationsFolder(), file), join(folder, file));
  await migrate(database.url, { folder });
  rmSync(folder, { recursive: true });
  const add = async (policy: object): Promise<string> => {
    const id = randomUUID();
    const values = [id, id, 'https://pve.example.com:8006', JSON.stringify(policy)];
    await database.pool.query('insert into endpoint (id, name, url, policy) values ($1, $2, $3, $4)', values);
    return id;
  };
  const old = await add({
    planChangeLimitPercent: 5,
    ignoreIpv6LinkLocal: false,
    interfaceExcludeNames: ['lo'],
    overwrite_vm_tags: false,
  });
  const empty = await add({});

  await migrate(database.url);
  expect((await findEndpoint(database.pool, old))?.policy).toEqual({
    plan_change_limit_percent: 5,
    ignore_ipv6_link_local_addresses: false,
    interface_exclude_names: ['lo'],
    overwrite_vm_tags: false,
  });
  expect((await findEndpoint(database.pool, empty))?.policy).toEqual({});
  await database.drop();
});
