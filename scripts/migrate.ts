import { loadConfig } from '../config/load';
import { resolveDatabase } from '../database/connect';
import { migrate } from '../database/migrate';

/** `npm run migrate`: brings the database up to this release, and says what it did. */
async function main(): Promise<void> {
  const database = await resolveDatabase(loadConfig());
  try {
    console.log(database.described);
    const { applied } = await migrate(database.url, { log: line => console.log(line) });
    console.log(applied.length === 0 ? 'the database is up to date' : `${applied.length} migrations applied`);
  } finally {
    await database.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
