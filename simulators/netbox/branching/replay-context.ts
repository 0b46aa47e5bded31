import { Reader } from '../read/reader';
import type { Refusals } from '../control/refusals';
import type { Row } from '../store/row';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';
import type { WriteContext } from '../write/context';

/** What the jobs of branches need of the simulator. */
export interface BranchingHost {
  readonly world: World;
  readonly version: NetBoxVersion;
  readonly refusals: Refusals;
}

interface Replay {
  readonly world: World;
  /** Whose change is done again, and in which request. */
  readonly user: Row;
  readonly requestId: string;
  readonly changed: WriteContext['changed'];
  readonly unlogged?: boolean;
}

/** The context in which a job writes: no permissions are asked, the model's rules and custom validators hold. */
export function replayContext(host: BranchingHost, { world, user, requestId, changed, unlogged = false }: Replay): WriteContext {
  return {
    world,
    version: host.version,
    user,
    requestId,
    reader: new Reader(world, host.version, ''),
    allowed: () => true,
    viewable: () => () => true,
    refuse: (type, draft, problems) => host.refusals.apply(type, draft, problems),
    changed,
    unlogged,
    ifMatch: [],
  };
}

/** Rolls a dry run back. */
class DryRun extends Error {}

/** Runs a body whose writes to these worlds stay only when asked for: true when they do. What it throws rolls back as well. */
export function committed(worlds: readonly World[], commit: boolean, body: () => void): boolean {
  const attempt = (): void => {
    body();
    if (!commit) throw new DryRun();
  };
  try {
    worlds.reduce<() => void>((inner, world) => () => world.transaction(inner), attempt)();
    return true;
  } catch (error) {
    if (error instanceof DryRun) return false;
    throw error;
  }
}
