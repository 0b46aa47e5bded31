import { loadConfig } from '../config/load';
import { createPool, resolveDatabase } from '../database/connect';
import { rotateSecrets } from '../database/rotate-secrets';
import { openSecretBox } from '../database/secrets';
import { fail } from '../config/host/fail';
import { Opened } from '../config/host/opened';

/**
 * `npm run secrets:rotate`: encrypts every stored secret under the present key. Ends with status 1 when a secret opens under no given key. It may be ended
 * at any moment, and started again.
 */
async function main(): Promise<void> {
  const config = loadConfig();
  const opened = new Opened();
  try {
    const database = await resolveDatabase(config);
    opened.add('PostgreSQL', database.stop);
    const pool = createPool(database.url, { max: 2 });
    opened.add('connections to PostgreSQL', () => pool.end());
    const box = await openSecretBox(config);
    const progress = (rotated: number) => void process.stdout.write(`${rotated} secrets encrypted anew\n`);
    const { rotated, unreadable, current } = await rotateSecrets(pool, box, { progress });
    process.stdout.write(`${rotated} secrets encrypted anew, ${current} are under key ${box.keyId} now.\n`);
    if (unreadable.length > 0) {
      const lines = unreadable.map(({ place, keyId }) => `  ${place} (key ${keyId})`).join('\n');
      throw new Error(
        `These secrets open under no key that is given. Set PROXBOX_ENCRYPTION_KEY_PREVIOUS to theirs and run this again, or enter them again:\n${lines}`,
      );
    }
    process.stdout.write(
      'The previous key is needed no more: take it out of the environment of API and worker, and start them again.\n',
    );
  } finally {
    await opened.close();
  }
}

main().catch(fail);
