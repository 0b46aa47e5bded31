import type { NetBoxClient } from '../../clients/netbox/client';
import type { Change } from '../../domain/reflection/change';
import type { Row } from '../../domain/reflection/kind';
import { kindNamed } from '../../domain/reflection/kinds';

/** The addresses known so far, with all those of interfaces that a plan would delete; undefined when none is to be deleted. */
export async function addressesBelow(
  netbox: Pick<NetBoxClient, 'listByParents'>,
  changes: Change[],
  known: Row[] = [],
): Promise<Row[] | undefined> {
  const doomed = changes
    .filter(change => change.kind === 'interface' && change.action === 'delete')
    .flatMap(change => change.netboxId ?? []);
  if (doomed.length === 0) return undefined;
  const { path, columns } = kindNamed('ip-address');
  const ids = new Set(known.map(row => row.id));
  const below = await netbox.listByParents(path, 'vminterface_id', doomed, { fields: columns });
  return [...known, ...below.filter(row => !ids.has(row.id))];
}
