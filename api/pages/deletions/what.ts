import { z } from 'zod';
import type { DeletionView } from '../../deletion/schema';
import { h, type Html } from '../html/h';
import { facts, link, row, section, table } from '../html/parts';
import { time } from '../html/time';
import { counted } from '../html/words';

/** What was stored about a guest, as far as it is shown; what is not there was not readable. */
const texts = z.record(z.string(), z.string()).catch({});
const aboutShape = z.object({
  cluster: z.string().catch(''),
  evidence: z
    .object({
      smbiosUuid: z.string().optional(),
      vmgenid: z.string().optional(),
      ctime: z.number().optional(),
      rootfs: z.string().optional(),
      macs: z.array(z.string()).optional(),
    })
    .catch({}),
  config: texts,
  pending: texts,
  disks: z.array(z.object({ volume: z.string(), sizeBytes: z.number().nullable() })).catch([]),
  netbox: z.record(z.string(), z.array(z.number())).catch({}),
});
const list = z.array(z.unknown()).nullable().catch(null);
const snapshotShape = z.object({
  takenAt: z.string().nullable().catch(null),
  status: z.string().nullable().catch(null),
  pool: z.string().nullable().catch(null),
  snapshots: list,
  replications: list,
  backupJobs: list,
  ha: z.object({ resource: z.unknown() }).nullable().catch(null),
  backup: z.object({ visible: z.boolean(), newestAt: z.number().nullable() }).nullable().catch(null),
});

export type AboutGuest = z.output<typeof aboutShape>;
export type AroundGuest = z.output<typeof snapshotShape>;

export const aboutOf = ({ about }: Pick<DeletionView, 'about'>): AboutGuest | null =>
  about === null ? null : aboutShape.parse(about);
export const aroundOf = ({ snapshot }: Pick<DeletionView, 'snapshot'>): AroundGuest | null =>
  snapshot === null ? null : snapshotShape.parse(snapshot);

/** Who the guest is: a VMID alone proves nothing, Proxmox gives it out again. */
export function identityFacts({
  cluster,
  evidence: { smbiosUuid, vmgenid, ctime, rootfs, macs },
}: AboutGuest): [string, Html | string][] {
  const known: [string, Html | string | undefined][] = [
    ['Cluster', cluster],
    ['SMBIOS uuid', smbiosUuid && h('code', null, smbiosUuid)],
    ['Generation id', vmgenid && h('code', null, vmgenid)],
    ['Made', ctime === undefined ? undefined : time(new Date(ctime * 1000))],
    ['Root volume', rootfs && h('code', null, rootfs)],
    ['MAC addresses', macs && macs.length > 0 ? macs.join(', ') : undefined],
  ];
  return known.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]]));
}

export const disksText = ({ disks }: AboutGuest): string =>
  disks.length === 0 ? 'none' : disks.map(({ volume, sizeBytes }) => `${volume} (${sizeText(sizeBytes)})`).join(', ');

function sizeText(bytes: number | null): string {
  if (bytes === null) return 'size unknown';
  const gib = bytes / 2 ** 30;
  return gib >= 1 ? `${Number(gib.toFixed(1))} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}

const howMany = (items: unknown[] | null, one: string): string =>
  items === null ? 'could not be read' : items.length === 0 ? 'none' : counted(items.length, one);

export function aroundFacts({
  status,
  pool,
  snapshots,
  replications,
  backupJobs,
  ha,
  backup,
}: AroundGuest): [string, Html | string][] {
  return [
    [
      'Power',
      status === 'running'
        ? h('strong', { class: 'error' }, 'running: it is not destroyed until somebody shuts it down')
        : (status ?? 'could not be read'),
    ],
    ['Last backup', backupText(backup)],
    ['Snapshots', howMany(snapshots, 'snapshot')],
    ['High availability', ha === null ? 'could not be read' : ha.resource === null ? 'no' : 'managed'],
    ['Replication', howMany(replications, 'job')],
    ['Backup jobs', howMany(backupJobs, 'job')],
    ['Pool', pool ?? 'none'],
  ];
}

function backupText(backup: AroundGuest['backup']): Html | string {
  if (backup === null || (!backup.visible && backup.newestAt === null))
    return 'could not be read: the credential lacks the rights to see backups';
  return backup.newestAt === null ? h('strong', { class: 'error' }, 'none') : time(new Date(backup.newestAt));
}

/** Everything that the digest is over: what somebody approves, and nothing else. */
export function digestPart(about: AboutGuest, digest: string | null, netboxUrl: string | undefined): Html {
  const vm = about.netbox['virtual-machine']?.[0];
  const netbox = Object.entries(about.netbox).filter(([, ids]) => ids.length > 0);
  return section(
    'What an approval is about',
    h(
      'p',
      { class: 'hint' },
      'If any of it differs at the last moment, nothing is destroyed and the request is void. Power, node, snapshots and backups may change; they are judged again then.',
    ),
    facts([
      ...identityFacts(about),
      ['Disks', disksText(about)],
      [
        'In NetBox',
        netbox.length === 0 ? 'nothing' : netbox.map(([type, ids]) => counted(ids.length, type.replaceAll('-', ' '))).join(', '),
      ],
      ...(vm === undefined || netboxUrl === undefined
        ? []
        : [['Virtual machine', link(`${netboxUrl}/virtualization/virtual-machines/${vm}/`, `VM ${vm}`)] as const]),
      ['Digest', h('code', null, digest ?? '–')],
    ]),
    h(
      'details',
      null,
      h('summary', null, 'Configuration ', h('span', { class: 'count' }, Object.keys(about.config).length)),
      table(
        'Configuration',
        ['Key', 'Value'],
        Object.entries(about.config).map(([key, value]) => row(key, value)),
      ),
      Object.keys(about.pending).length > 0 &&
        table(
          'Pending configuration',
          ['Key, at the next start', 'Value'],
          Object.entries(about.pending).map(([key, value]) => row(key, value)),
        ),
    ),
  );
}
