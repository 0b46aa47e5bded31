import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run demo -- [--once] [--keep] [--write]

  --once   end after both syncs, with the result as one JSON line on standard output; exit status 0 when both completed and the
           second wrote nothing, else 1
  --keep   go on with the database, the Temporal history and the simulated NetBox of the demo before this one
  --write  write into the NetBox of NETBOX_URL although it is not empty

Without variables everything is simulated and on loopback. NETBOX_URL and NETBOX_TOKEN: fill that NetBox. PROXMOX_URL, PROXMOX_TOKEN_ID
and PROXMOX_TOKEN_SECRET (and PROXMOX_FINGERPRINT, PROXMOX_CA or PROXMOX_VERIFY_SSL=false): read that Proxmox.`;

export interface DemoOptions {
  help: boolean;
  once: boolean;
  keep: boolean;
  write: boolean;
}

/** @throws DemoError for anything that is not an option of the demo. */
export function readOptions(args: readonly string[]): DemoOptions {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({ args: [...args], options: { help: flag, once: flag, keep: flag, write: flag } });
    return values;
  } catch (error) {
    throw new DemoError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/** The demo cannot go on; the message says why and what to do. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}
