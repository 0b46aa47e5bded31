import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';

/** Numeric user and group that a server process runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/** 65534 is "nobody" on every common system, and owns nothing else. */
const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/** PostgreSQL refuses to run as root, so root's servers run as nobody. Undefined means: as we are. */
export function serverAccount(): Account | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** Options with which the server's programs are started: its account, a fixed locale, and none of our environment (`PG*` variables would redirect it). */
export function spawnOptions(account: Account | undefined) {
  return { ...account, cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' } };
}

/** Whether the account can enter a folder. Asked of the system itself: modes and access lists of all folders above it count. */
export function canEnter(folder: string, account: Account | undefined): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...spawnOptions(account), stdio: 'ignore' }).status === 0;
}

/** Hands a file or folder to the account. */
export function giveTo(account: Account | undefined, path: string): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}
