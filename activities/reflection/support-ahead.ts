import type { NetBoxClient } from '../../clients/netbox/client';
import type { NetBoxSession } from '../../clients/netbox/session';
import { findSupport, type Support } from './bootstrap';

/**
 * Looks up the supporting objects while Proxmox is read, when NetBox has nothing else to do. It is a hint: a plan that another process
 * makes, a second attempt, or one that begins long after looks them up itself.
 */
export interface SupportAhead {
  begin(runId: string): void;
  /** What was found for this run with this NetBox; undefined where nothing was, or it is old. Given once. */
  take(runId: string, session: NetBoxSession): Promise<Support | undefined>;
}

interface Look {
  at: number;
  found: Promise<{ version: string; support: Support } | undefined>;
}

/** Somebody may have deleted an object since. */
const freshMs = 30_000;
/** Runs that end before their plan leave theirs behind. */
const mostKept = 50;

export function createSupportAhead(netbox: NetBoxClient): SupportAhead {
  const looks = new Map<string, Look>();
  const find = async () => {
    const { capabilities, versionText } = await netbox.open();
    return { version: versionText, support: await findSupport(netbox, capabilities) };
  };
  return {
    begin(runId) {
      // What cannot be read now is read, and told of, by the plan.
      looks.set(runId, {
        at: Date.now(),
        found: Promise.resolve()
          .then(find)
          .catch(() => undefined),
      });
      for (const oldest of looks.keys()) {
        if (looks.size <= mostKept) break;
        looks.delete(oldest);
      }
    },
    async take(runId, session) {
      const look = looks.get(runId);
      looks.delete(runId);
      if (look === undefined || Date.now() - look.at > freshMs) return undefined;
      const result = await look.found;
      return result?.version === session.versionText ? result.support : undefined;
    },
  };
}
