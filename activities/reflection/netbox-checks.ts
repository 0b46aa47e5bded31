/** Is this still the NetBox that we know, and do we see all of it? Asked before anything is planned. */
import type { NetBoxClient } from '../../clients/netbox/client';
import { NetBoxPermissionError } from '../../clients/netbox/errors';
import type { GuestMatch } from '../../domain/reflection/guest-match';
import type { Link } from '../../domain/reflection/change';
import { customFieldsIn, idIn, textIn, type Row } from '../../domain/reflection/kind';
import { isEmpty } from '../../domain/reflection/values';
import { StopRun } from '../failures';
import type { ReflectionDeps } from './deps';

const relinkAdvice =
  'Nothing was written. If NetBox was restored from a backup, relink the endpoint (POST /endpoints/{id}/relink): its guests are matched anew, and the plan waits for you before anything is written.';

/** Each endpoint remembers for itself: after a restore each has to be linked again. */
const memoryKey = ({ netboxUrl }: Pick<ReflectionDeps, 'netboxUrl'>, endpointId: string): string => `${netboxUrl}#${endpointId}`;

/** The newest entry of NetBox's change log that this endpoint saw is still there; after a restore of an older dump it is not. */
export async function checkChangeLog(
  deps: Pick<ReflectionDeps, 'netbox' | 'netboxUrl' | 'store'>,
  endpointId: string,
): Promise<void> {
  const memory = await deps.store.loadNetBoxState(memoryKey(deps, endpointId));
  if (!memory || memory.lastChangeId === 0) return;
  const [row] = await changeRows(deps.netbox, memory.lastChangeId);
  if (row === 'unreadable' || (row && textIn(row['request_id']) === memory.requestId)) return;
  if (!row && isOlder(memory.seenAt, 80)) return; // NetBox forgets its change log after 90 days.
  throw new StopRun(
    'netbox-restored',
    `NetBox no longer has entry ${memory.lastChangeId} of its change log, which we saw before. ${relinkAdvice}`,
  );
}

async function changeRows(netbox: Pick<NetBoxClient, 'listByIds'>, id: number): Promise<(Row | 'unreadable')[]> {
  try {
    return await netbox.listByIds('core/object-changes', [id], { fields: ['request_id'] });
  } catch (error) {
    if (error instanceof NetBoxPermissionError) return ['unreadable'];
    throw error;
  }
}

/** After each run that wrote, and once a day: a dump that has all that we wrote may be restored without harm. */
export async function rememberChangeLog(
  deps: Pick<ReflectionDeps, 'netbox' | 'netboxUrl' | 'store'>,
  endpointId: string,
  wrote: boolean,
): Promise<void> {
  const memory = await deps.store.loadNetBoxState(memoryKey(deps, endpointId));
  if (!wrote && memory && !isOlder(memory.seenAt, 1)) return;
  try {
    const newest = await deps.netbox.newest('core/object-changes', { fields: ['request_id'] });
    const { versionText } = await deps.netbox.session();
    if (newest) {
      await deps.store.saveNetBoxState(memoryKey(deps, endpointId), {
        lastChangeId: newest.id,
        requestId: textIn(newest['request_id']),
        version: versionText,
      });
    }
  } catch (error) {
    if (!(error instanceof NetBoxPermissionError)) throw error;
  }
}

const isOlder = (time: Date, days: number): boolean => Date.now() - time.getTime() > days * 86_400_000;

const ofCluster = (clusterRow: Row | undefined, vmRows: Row[]): Row[] =>
  clusterRow === undefined ? [] : vmRows.filter(row => idIn(row['cluster']) === clusterRow.id);

/**
 * A token that may not see everything gets shorter lists, not an error. The counts that NetBox keeps on parents are not narrowed by
 * permissions (NetBox 4.7, measured), so they give it away. Asked before a VM that is not shown is taken for one that is gone.
 */
export function checkSeesVms(clusterRow: Row | undefined, vmRows: Row[]): void {
  const seen = ofCluster(clusterRow, vmRows).length;
  const expected = clusterRow?.['virtualmachine_count'];
  if (typeof expected === 'number' && expected > seen) {
    throw seesPart(`${expected} VMs of cluster ${textIn(clusterRow?.['name'])}`, seen);
  }
}

/** The same for the parts of VMs. */
export function checkSeesParts(
  clusterRow: Row | undefined,
  vmRows: Row[],
  interfaceRows: Row[],
  diskRows: Row[] | undefined,
): void {
  const inCluster = ofCluster(clusterRow, vmRows);
  const ids = new Set(inCluster.map(row => row.id));
  const total = (field: string): number => inCluster.reduce((sum, row) => sum + Number(row[field] ?? 0), 0);
  const seen = (rows: Row[]): number => rows.filter(row => ids.has(idIn(row['virtual_machine']) ?? -1)).length;
  if (total('interface_count') > seen(interfaceRows))
    throw seesPart(`${total('interface_count')} interfaces`, seen(interfaceRows));
  if (diskRows && total('virtual_disk_count') > seen(diskRows))
    throw seesPart(`${total('virtual_disk_count')} virtual disks`, seen(diskRows));
}

export const seesPart = (what: string, seen: number): StopRun =>
  new StopRun(
    'token-sees-only-part',
    `NetBox has ${what}, and its token shows us ${seen}. Give the token view permission without constraints; until then nothing is written, since what is not seen would be made twice.`,
  );

/** A linked cluster or device on which we wrote our endpoint's mark still carries it, or at least the name that it had. */
export function checkStillOurs(row: Row, link: Link | undefined, endpointId: string): void {
  if (isEmpty(link?.values['cf.proxbox_endpoint'])) return;
  const mark = customFieldsIn(row)['cf.proxbox_endpoint'];
  const name = textIn(row['name']);
  if (mark === endpointId || (isEmpty(mark) && name === link?.values['name'])) return;
  throw new StopRun(
    'netbox-restored',
    `${name} (${row.id}) in NetBox was linked to this endpoint and carries ${isEmpty(mark) ? 'no mark of it' : "another's mark"}. ${relinkAdvice}`,
  );
}

/** Linked VMs must still be ours; a VM that is gone must have been deleted by somebody. */
export async function checkLinked(deps: Pick<ReflectionDeps, 'netbox'>, match: GuestMatch): Promise<Map<string, string>> {
  if (match.foreign.length > 0) {
    const [first] = match.foreign;
    throw new StopRun(
      'netbox-restored',
      `${match.foreign.length} linked NetBox VMs carry another guest's mark: VM ${first?.netboxId} should show ${first?.key} and carries ${first?.carries}. ${relinkAdvice}`,
    );
  }
  if (match.missing.length === 0) return new Map();
  const deletedBy = await deletions(
    deps.netbox,
    match.missing.map(item => item.netboxId),
  );
  const unexplained = match.missing.filter(item => !deletedBy.has(item.netboxId));
  if (unexplained.length > 0) {
    throw new StopRun(
      'netbox-restored',
      `${unexplained.length} linked NetBox VMs are gone and its change log says of none that it was deleted (the first is VM ${unexplained[0]?.netboxId}, which showed ${unexplained[0]?.key}). ${relinkAdvice}`,
    );
  }
  return new Map(match.missing.map(item => [item.key, deletedBy.get(item.netboxId) ?? 'somebody']));
}

async function deletions(netbox: Pick<NetBoxClient, 'listAll'>, ids: number[]): Promise<Map<number, string>> {
  const type = 'virtualization.virtualmachine';
  const wanted = new Set(ids);
  const found = new Map<number, string>();
  try {
    for (let start = 0; start < ids.length; start += 50) {
      const rows = await netbox.listAll('core/object-changes', {
        filters: { changed_object_type: type, action: 'delete', changed_object_id: ids.slice(start, start + 50) },
        fields: ['user_name', 'changed_object_id', 'changed_object_type', 'action'],
      });
      for (const row of rows) {
        const id = Number(row['changed_object_id']);
        if (row['changed_object_type'] === type && wanted.has(id)) found.set(id, textIn(row['user_name']));
      }
    }
  } catch (error) {
    if (!(error instanceof NetBoxPermissionError)) throw error;
  }
  return found;
}
