import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseNewerError, MigrationAlteredError, MigrationFailedError, MigrationFilesError } from '../../database/errors';
import { migrate } from '../../database/migrate';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database';

describe('migrations', () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await createEmptyDatabase();
    folder = mkdtempSync(join(tmpdir(), 'proxbox-migrations-'));
    add('000001-guests', 'create table guests (id int); insert into guests values (1);');
    add('000002-nodes', 'create table nodes (id int);');
  });

  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  const add = (name: string, sql: string) => writeFileSync(join(folder, `${name}.sql`), sql);
  const tables = async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> 'schema_migrations' order by 1`,
    );
    return rows.map(row => row.name);
  };

  test('are applied in order, said one by one, and recorded', async () => {
    const lines: string[] = [];
    const result = await migrate(database.url, { folder, log: line => lines.push(line) });

    expect(result.applied).toEqual(['000001-guests', '000002-nodes']);
    expect(lines).toEqual(['applied migration 000001-guests', 'applied migration 000002-nodes']);
    expect(await tables()).toEqual(['guests', 'nodes']);
  });

  test('are applied once', async () => {
    await migrate(database.url, { folder });
    expect((await migrate(database.url, { folder })).applied).toEqual([]);

    add('000003-disks', 'create table disks (id int);');
    expect((await migrate(database.url, { folder })).applied).toEqual(['000003-disks']);
  });

  test('are applied once by runners that start together', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => migrate(database.url, { folder })));

    expect(results.flatMap(result => result.applied).sort()).toEqual(['000001-guests', '000002-nodes']);
  });

  test('refuse an applied file that was changed', async () => {
    await migrate(database.url, { folder });
    add('000002-nodes', 'create table nodes (id bigint);');

    await expect(migrate(database.url, { folder })).rejects.toThrow(MigrationAlteredError);
    await expect(migrate(database.url, { folder })).rejects.toThrow(/000002-nodes .*its file has changed/);
  });

  test('refuse an applied file that was replaced by another', async () => {
    await migrate(database.url, { folder });
    rmSync(join(folder, '000002-nodes.sql'));
    add('000002-hosts', 'create table hosts (id int);');

    await expect(migrate(database.url, { folder })).rejects.toThrow(/this release has 000002-hosts in its place/);
    expect(await tables()).toEqual(['guests', 'nodes']);
  });

  test('do not mind other line ends in an applied file', async () => {
    add('000003-lines', 'create table lines (\n  id int\n);\n');
    await migrate(database.url, { folder });
    add('000003-lines', 'create table lines (\r\n  id int\r\n);\r\n');

    expect((await migrate(database.url, { folder })).applied).toEqual([]);
  });

  test('refuse a database that a newer release migrated', async () => {
    add('000003-future', 'create table future (id int);');
    await migrate(database.url, { folder });
    rmSync(join(folder, '000003-future.sql'));

    await expect(migrate(database.url, { folder })).rejects.toThrow(DatabaseNewerError);
    await expect(migrate(database.url, { folder })).rejects.toThrow(/000003-future.*000002-nodes/);
  });

  test('keep what came before a failing one, and nothing of it', async () => {
    add('000003-broken', 'create table half (id int); insert into nothing values (1);');

    await expect(migrate(database.url, { folder })).rejects.toThrow(MigrationFailedError);
    expect(await tables()).toEqual(['guests', 'nodes']);

    add('000003-broken', 'create table whole (id int);');
    expect((await migrate(database.url, { folder })).applied).toEqual(['000003-broken']);
  });

  test.each([
    ['a gap in the numbers', '000004-late'],
    ['a number given twice', '000002-other'],
    ['a name without a number', 'guests'],
  ])('refuse %s before anything is applied', async (_, name) => {
    add(name, 'create table late (id int);');

    await expect(migrate(database.url, { folder })).rejects.toThrow(MigrationFilesError);
    expect(await tables()).toEqual([]);
  });

  test('of this release apply to an empty database, and the template of the tests has them all', async () => {
    const { applied } = await migrate(database.url);
    const test = await createTestDatabase();
    try {
      expect((await migrate(test.url)).applied).toEqual([]);
      const { rows } = await test.pool.query<{ name: string }>('select name from schema_migrations order by number');
      expect(rows.map(row => row.name)).toEqual(applied);
    } finally {
      await test.drop();
    }
  });
});
