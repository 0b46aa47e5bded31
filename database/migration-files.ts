import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MigrationFilesError } from './errors';

/** A numbered migration as this release has it. */
export interface Migration {
  number: number;
  /** File name without `.sql`, such as `000001-runs`. */
  name: string;
  sql: string;
  /** SHA-256 of the file, in hex. Line ends are made equal first: a checkout may change them. */
  checksum: string;
}

/** The folder of this release: beside this file in the sources, and in the project's root for compiled code, since only code is compiled. */
export function migrationsFolder(): string {
  const beside = join(__dirname, 'migrations');
  return existsSync(beside) ? beside : join(__dirname, '../../database/migrations');
}

/**
 * Reads a folder's migrations in order.
 * @throws MigrationFilesError for a name that is not `NNNNNN-name.sql`, and when the numbers are not 1, 2, 3 and so on.
 */
export function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder).filter(file => file.endsWith('.sql'));
  const migrations = files.map(file => readMigration(folder, file)).sort((a, b) => a.number - b.number);
  migrations.forEach(({ number, name }, index) => {
    if (number !== index + 1) {
      throw new MigrationFilesError(
        `Migrations are numbered 1, 2, 3 and so on, but ${name}.sql stands where number ${index + 1} belongs.`,
      );
    }
  });
  return migrations;
}

function readMigration(folder: string, file: string): Migration {
  const match = /^(\d{6})-[a-z0-9-]+\.sql$/.exec(file);
  if (match === null)
    throw new MigrationFilesError(`${file} is no name for a migration: six digits, a dash, lower-case words with dashes, .sql.`);
  const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n');
  return {
    number: Number(match[1]),
    name: file.slice(0, -'.sql'.length),
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
  };
}
