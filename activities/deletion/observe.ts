/** A guest as a decision is about it: read when the request is opened, and again right before the guest is destroyed. */
import type { Endpoint } from '../../database/repositories/endpoints';
import type { Deletion } from '../../database/repositories/deletion/requests';
import type { DecidedAbout } from '../../domain/deletion/digest';
import { withoutConfigSecrets } from '../../domain/deletion/without-secrets';
import { liveEvidence, type LiveGuest } from '../../domain/intent/plan/live';
import { findLive } from '../intent/live';
import type { DeletionDeps, DeletionReader } from './deps';

export interface SeenGuest {
  live: LiveGuest;
  about: DecidedAbout;
  netbox: NetBoxLinks;
  pool: string | null;
}

/** Ids of NetBox objects that show the guest, by kind. */
export type NetBoxLinks = Readonly<Record<string, readonly number[]>>;

/** Null when no guest of the kind has the VMID, by a read that could have seen it. */
export async function observe(
  { store }: Pick<DeletionDeps, 'store'>,
  request: Deletion,
  endpoint: Endpoint,
  reader: DeletionReader,
  signal: AbortSignal,
): Promise<SeenGuest | null> {
  const cluster = await clusterOf({ store }, endpoint, reader, signal);
  const seen = await findLive(reader, request.vmid, signal);
  if (!seen || seen.row.kind !== request.kind) return null;
  const { live, row } = seen;
  if (live === null) throw new Error(`The read credential may not read the guest ${request.vmid}. Give it VM.Audit on it.`);
  const pending = await reader.guestPending(row, { signal });
  const netbox = await linksOf({ store }, request);
  const { config } = live;
  return {
    live,
    netbox,
    pool: row.pool,
    about: {
      cluster,
      kind: live.kind,
      vmid: live.vmid,
      name: config.name ?? '',
      evidence: liveEvidence(live),
      config: withoutConfigSecrets(config.raw),
      pending: withoutConfigSecrets(
        Object.fromEntries(
          pending
            .filter(key => key.pending !== null || key.deleted)
            .map(key => [key.key, key.deleted ? '(deleted)' : (key.pending ?? '')]),
        ),
      ),
      disks: [
        ...config.disks.flatMap(({ source, volid, sizeBytes }) => (source === 'volume' ? [{ volume: volid, sizeBytes }] : [])),
        ...config.unusedVolumes.map(volume => ({ volume, sizeBytes: null })),
      ],
      netbox,
    },
  };
}

/** The cluster that answers: its name, which another cluster behind the same address does not get. */
export async function clusterOf(
  { store }: Pick<DeletionDeps, 'store'>,
  endpoint: Endpoint,
  reader: DeletionReader,
  signal: AbortSignal,
): Promise<string> {
  const [status, nodes] = await Promise.all([reader.clusterStatus({ signal }), reader.nodes({ signal })]);
  const name = status.cluster?.name ?? status.nodes.find(node => node.local)?.name ?? '';
  const fingerprints = nodes.flatMap(node => node.sslFingerprint ?? []).sort();
  const binding = await store.judgeBinding(endpoint.id, { name, fingerprints });
  return binding.outcome === 'same' ? name : `${name} (${binding.outcome})`;
}

const shownBy = ['virtual-machine', 'interface', 'virtual-disk'] as const;

/** Addresses come and go without anybody's doing, and are shown instead. */
async function linksOf({ store }: Pick<DeletionDeps, 'store'>, { endpointId, kind, vmid }: Deletion): Promise<NetBoxLinks> {
  const links = await store.loadLinks(endpointId);
  const own = `${kind}/${vmid}`;
  return Object.fromEntries(
    shownBy.map(type => [
      type,
      [...(links.get(type) ?? [])].filter(([key]) => key === own || key.startsWith(`${own}/`)).map(([, link]) => link.netboxId),
    ]),
  );
}
