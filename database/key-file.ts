import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../config/secret';
import { KeyFileError } from './secret-errors';

const KEY_BYTES = 32;
const OTHERS = 0o077;

/** What a key of the state folder is for. */
export type KeyFileName = 'encryption.key' | 'encryption.key.previous' | 'audit.key';

/**
 * A random 32-byte key of a state folder, made when there is none. Processes that start together end with the same key: it is written
 * aside and linked into place, which only one of them can do.
 * @throws KeyFileError when others than the owner may use the file, or when it holds no key.
 */
export async function readOrCreateKeyFile(stateDir: string, name: KeyFileName = 'encryption.key'): Promise<Secret<Buffer>> {
  const file = join(stateDir, name);
  const found = await readKeyFile(stateDir, name);
  if (found !== undefined) return found;

  await mkdir(stateDir, { recursive: true, mode: 0o711 });
  await createKeyFile(file);
  const created = await readKeyFile(stateDir, name);
  if (created === undefined) throw new KeyFileError(`${file} vanished while it was being made. Start again.`);
  return created;
}

async function createKeyFile(file: string): Promise<void> {
  const aside = `${file}.${randomBytes(8).toString('hex')}`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString('hex')}\n`);
    await handle.sync();
    await link(aside, file).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  } finally {
    await handle.close();
    await rm(aside, { force: true });
  }
}

/**
 * The key of a state folder; undefined when there is none.
 * @throws KeyFileError
 */
export async function readKeyFile(stateDir: string, name: KeyFileName): Promise<Secret<Buffer> | undefined> {
  const file = join(stateDir, name);
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { mode } = await handle.stat();
    if ((mode & OTHERS) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, '0');
      throw new KeyFileError(
        `${file} has mode ${shown}, so others than its owner may use it. Run chmod 600 ${file}, and think of it as known to them.`,
      );
    }
    return parseKey(file, await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

function parseKey(file: string, text: string): Secret<Buffer> {
  if (!/^[0-9a-f]{64}\n?$/i.test(text)) {
    throw new KeyFileError(
      `${file} holds no key (64 hexadecimal digits are expected). Restore it from a backup; a new key does not fit what the old one sealed.`,
    );
  }
  return new Secret(Buffer.from(text.trim(), 'hex'));
}

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;
