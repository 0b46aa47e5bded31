import { NetBoxUnsupportedVersionError } from '../errors';
import type { NetBoxVersionAdapter } from './adapter';
import { netbox45 } from './v4-5';
import { netbox46 } from './v4-6';
import { netbox47 } from './v4-7';

const adapters: readonly NetBoxVersionAdapter[] = [netbox45, netbox46, netbox47];

export interface NetBoxVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * The adapter for the version that `/api/status/` tells, such as `4.7.3` or `4.6.8-Docker-3.4.1`.
 * A version that is newer than the newest known one is refused: its answers are not known.
 */
export function adapterFor(versionText: string): { version: NetBoxVersion; adapter: NetBoxVersionAdapter } {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(versionText);
  if (match === null) throw new NetBoxUnsupportedVersionError(`"${versionText.slice(0, 40)}" is not a NetBox version`);
  const [major, minor, patch] = match.slice(1).map(Number) as [number, number, number];
  const adapter = adapters.find(one => one.minor === `${major}.${minor}`);
  if (adapter === undefined || patch < adapter.leastPatch) {
    throw new NetBoxUnsupportedVersionError(
      `NetBox ${versionText.slice(0, 40)} is not supported; supported are 4.5.8 or later, 4.6 and 4.7`,
    );
  }
  return { version: { major, minor, patch }, adapter };
}
