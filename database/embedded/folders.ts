import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresUnavailableError } from '../errors';
import { type Account, canEnter, giveTo } from './account';

/** Folders for root's servers when the state folder is closed to them, as one below /root is. The last one is open to all, hence the check below. */
const OPEN_PLACES = ['/var/lib', tmpdir()];

/**
 * The state folder itself, or, when the server's account cannot enter it, a folder elsewhere that is always the same for this state folder.
 * Created when missing; the answer has no symbolic links, so that a server is known again by its path.
 */
export function reachableFolder(stateDir: string, account: Account | undefined): string {
  mkdirSync(stateDir, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  if (canEnter(stateDir, account)) return realpathSync(stateDir);

  const name = `proxbox-temporal-${createHash('sha256').update(stateDir).digest('hex').slice(0, 12)}`;
  for (const place of OPEN_PLACES) {
    const folder = join(place, name);
    if (makeOwnFolder(folder) && canEnter(folder, account)) return realpathSync(folder);
  }
  throw new EmbeddedPostgresUnavailableError(
    `its account (uid ${account?.uid ?? 'of this process'}) can enter neither ${stateDir} nor a folder below ${OPEN_PLACES.join(' or ')}`,
  );
}

/** False when the folder cannot be made, or is there already and somebody else could have put things into it. */
function makeOwnFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** A socket's path may have 107 bytes (103 on macOS), and the server appends 18 to its folder's. */
const LONGEST_TEMPORARY_FOLDER = 60;

/** A new folder for the server's socket. Only its account may enter, and that is the whole authentication. */
export function makeSocketFolder(account: Account | undefined): string {
  const usual = tmpdir();
  const place = usual.length <= LONGEST_TEMPORARY_FOLDER && canEnter(usual, account) ? usual : '/tmp';
  const folder = mkdtempSync(join(place, 'proxbox-pg-'));
  chmodSync(folder, 0o700);
  giveTo(account, folder);
  return folder;
}
