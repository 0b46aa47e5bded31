import { Client } from 'pg';
import { DatabaseNewerError, DatabaseUnreachableError, MigrationAlteredError, MigrationFailedError } from './errors';
import { type Migration, migrationsFolder, readMigrations } from './migration-files';
import type { Queryable } from './queryable';

export interface MigrateOptions {
  /** Folder of the migrations; this release's own by default. */
  folder?: string;
  /** Told one line per migration that was applied. */
  log?: (line: string) => void;
}

export interface MigrateResult {
  /** Names of the migrations that this call applied, in order; empty when the database was up to date. */
  applied: string[];
}

/** Any number that nothing else takes as an advisory lock in this database. */
const LOCK = 7_365_001;

/**
 * Brings a database up to this release. Each migration runs in a transaction of its own, in the order of its number; runners that start at the
 * same time wait for each other. What was applied is recorded in `schema_migrations`, with a checksum.
 * @throws DatabaseUnreachableError, DatabaseNewerError, MigrationAlteredError, MigrationFailedError, MigrationFilesError
 */
export async function migrate(
  url: string,
  { folder = migrationsFolder(), log = () => {} }: MigrateOptions = {},
): Promise<MigrateResult> {
  const migrations = readMigrations(folder);
  const client = new Client({ connectionString: url, application_name: 'proxbox-temporal migrate' });
  await client.connect().catch((error: unknown) => {
    throw new DatabaseUnreachableError(error);
  });
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const recorded = await readRecord(client);
    refuseStrangers(migrations, recorded);

    const applied: string[] = [];
    for (const migration of migrations.slice(recorded.length)) {
      await apply(client, migration);
      applied.push(migration.name);
      log(`applied migration ${migration.name}`);
    }
    return { applied };
  } finally {
    await client.end();
  }
}

/**
 * What keeps this release from using a database as it is, in words; undefined when nothing does. Changes nothing.
 * @throws what PostgreSQL or the network says.
 */
export async function migrationProblem(db: Queryable, folder = migrationsFolder()): Promise<string | undefined> {
  const known = readMigrations(folder).map(({ name }) => name);
  const { rows } = await db.query<{ there: boolean }>(`select to_regclass('schema_migrations') is not null as there`);
  const recorded = rows[0]?.there
    ? (await db.query<{ name: string }>('select name from schema_migrations order by number')).rows.map(({ name }) => name)
    : [];
  const newer = recorded.find(name => !known.includes(name));
  if (newer !== undefined) return `The database was migrated by a newer release (${newer}): start that release.`;
  const missing = known.filter(name => !recorded.includes(name));
  if (missing.length > 0) return `The database lacks ${missing.length} migrations, from ${missing[0]} on: run the migrations.`;
  return undefined;
}

interface RecordedMigration {
  name: string;
  checksum: string;
}

async function readRecord(client: Client): Promise<RecordedMigration[]> {
  await client.query(`
    create table if not exists schema_migrations (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<RecordedMigration>('select name, checksum from schema_migrations order by number');
  return rows;
}

function refuseStrangers(migrations: Migration[], recorded: RecordedMigration[]): void {
  const newest = recorded.at(-1);
  if (newest !== undefined && recorded.length > migrations.length) {
    throw new DatabaseNewerError(newest.name, migrations.at(-1)?.name ?? 'none');
  }
  recorded.forEach(({ name, checksum }, index) => {
    const known = migrations[index];
    if (known?.name !== name) throw new MigrationAlteredError(name, `this release has ${known?.name ?? 'nothing'} in its place`);
    if (known.checksum !== checksum) throw new MigrationAlteredError(name, 'its file has changed since');
  });
}

async function apply(client: Client, { number, name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [number, name, checksum]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new MigrationFailedError(name, error);
  }
}
