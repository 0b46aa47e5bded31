/** What we write to the configuration of a guest whose deletion is asked for, by compare-and-set: its tag, and what a hold changes. */
import { ProxmoxDigestMismatchError, ProxmoxResponseError } from '../../clients/proxmox/errors';
import type { GuestRef } from '../../clients/proxmox/answers/guest';
import type { ConfigValues } from '../../domain/deletion/hold';
import type { LiveGuest } from '../../domain/intent/plan/live';
import type { DeletionWriter } from './deps';

export const guestPath = ({ node, kind, vmid }: GuestRef): string => `/nodes/${encodeURIComponent(node)}/${kind}/${vmid}`;

/** Writes values if the configuration is still the one that was read. @throws ProxmoxDigestMismatchError */
export async function writeConfig(writer: DeletionWriter, live: LiveGuest, values: ConfigValues): Promise<void> {
  const { configDigest } = live.config;
  if (configDigest === null) throw new Error(`Proxmox gives no digest of the configuration of guest ${live.vmid}.`);
  const set = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  const removed = Object.keys(values).filter(key => values[key] === null);
  const body = { ...set, ...(removed.length > 0 && { delete: removed.join(',') }), digest: configDigest };
  await writer.request('PUT', `${guestPath(live)}/config`, body);
}

/** What is to be written so that a guest has these tags; nothing where it has them. */
export function tagValues({ config }: LiveGuest, wanted: readonly string[]): ConfigValues {
  if (sameTags(wanted, config.tags)) return {};
  return { tags: wanted.length > 0 ? wanted.join(';') : null };
}

const mostTries = 5;

/**
 * Changes the configuration of a guest that others may be changing, too. @returns the guest as a read shows it then; null when there is none.
 * @throws ProxmoxResponseError when no read shows what was written
 */
export async function changeConfig(
  writer: DeletionWriter,
  read: () => Promise<LiveGuest | null>,
  change: (live: LiveGuest) => ConfigValues,
): Promise<LiveGuest | null> {
  for (let tries = 1; ; tries++) {
    const live = await read();
    if (live === null) return null;
    const values = change(live);
    if (Object.keys(values).length === 0) return live;
    if (tries > mostTries) {
      const call = { method: 'PUT', path: `${guestPath(live)}/config` };
      throw new ProxmoxResponseError(call, 'the change was taken, and no read shows it');
    }
    try {
      await writeConfig(writer, live, values);
    } catch (error) {
      if (!(error instanceof ProxmoxDigestMismatchError) || tries >= mostTries) throw error;
    }
  }
}

/** The same for the tags alone. */
export const changeTags = (
  writer: DeletionWriter,
  read: () => Promise<LiveGuest | null>,
  change: (tags: readonly string[]) => readonly string[],
): Promise<LiveGuest | null> => changeConfig(writer, read, live => tagValues(live, change(live.config.tags)));

const sameTags = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join(';') === [...b].sort().join(';');
