/** The tag on a guest whose deletion is asked for: put on, changed and taken off by compare-and-set on its configuration. */
import { ProxmoxDigestMismatchError } from '../../clients/proxmox/errors';
import type { GuestRef } from '../../clients/proxmox/answers/guest';
import type { LiveGuest } from '../../domain/intent/plan/live';
import type { DeletionWriter } from './deps';

export const guestPath = ({ node, kind, vmid }: GuestRef): string => `/nodes/${encodeURIComponent(node)}/${kind}/${vmid}`;

/** Writes the tags if the configuration is still the one that was read. @throws ProxmoxDigestMismatchError */
export async function writeTags(writer: DeletionWriter, live: LiveGuest, tags: readonly string[]): Promise<void> {
  const { configDigest } = live.config;
  if (configDigest === null) throw new Error(`Proxmox gives no digest of the configuration of guest ${live.vmid}.`);
  const value = tags.length > 0 ? { tags: tags.join(';') } : { delete: 'tags' };
  await writer.request('PUT', `${guestPath(live)}/config`, { ...value, digest: configDigest });
}

const mostTries = 5;

/** Changes the tags of a guest that others may be changing, too. @returns the guest as it is then; null when there is none. */
export async function changeTags(
  writer: DeletionWriter,
  read: () => Promise<LiveGuest | null>,
  change: (tags: readonly string[]) => readonly string[],
): Promise<LiveGuest | null> {
  for (let tries = 1; ; tries++) {
    const live = await read();
    if (live === null) return null;
    const wanted = change(live.config.tags);
    if (sameTags(wanted, live.config.tags)) return live;
    try {
      await writeTags(writer, live, wanted);
    } catch (error) {
      if (!(error instanceof ProxmoxDigestMismatchError) || tries >= mostTries) throw error;
    }
  }
}

const sameTags = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join(';') === [...b].sort().join(';');
