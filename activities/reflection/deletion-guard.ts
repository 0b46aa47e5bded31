import type { NetBoxClient } from '../../clients/netbox/client';
import type { Finding } from '../../domain/reflection/findings';
import { textIn } from '../../domain/reflection/kind';
import type { ReflectionKindName } from '../../domain/reflection/kind-names';
import type { Change, Link } from '../../domain/reflection/change';

/**
 * Deleting an interface deletes the addresses assigned to it, whoever made them (NetBox, all versions). So an interface that holds
 * an address of somebody else, or one that this run moves away, stays, and the run says so.
 */
export async function keepForeignAddresses(
  netbox: Pick<NetBoxClient, 'listByParents'>,
  changes: Change[],
  links: Map<ReflectionKindName, Map<string, Link>>,
  findings: Finding[],
): Promise<Change[]> {
  const doomed = changes.filter(change => change.kind === 'interface' && change.action === 'delete');
  if (doomed.length === 0) return changes;
  const ids = doomed.flatMap(change => change.netboxId ?? []);
  const addresses = await netbox.listByParents('ipam/ip-addresses', 'vminterface_id', ids, {
    fields: ['address', 'assigned_object_type', 'assigned_object_id'],
  });
  const ours = new Set(
    [...(links.get('ip-address')?.values() ?? [])].filter(link => link.createdByUs).map(link => link.netboxId),
  );
  const moving = new Set(
    changes.filter(change => change.kind === 'ip-address' && change.action === 'update').map(change => change.netboxId),
  );
  const kept = new Map<unknown, string>();
  for (const row of addresses) {
    const address = textIn(row['address']);
    if (moving.has(row.id))
      kept.set(row['assigned_object_id'], `${address}, which moves in this run; the next run removes the interface.`);
    else if (!ours.has(row.id)) {
      kept.set(
        row['assigned_object_id'],
        `${address}, which we did not make. Move or delete the address in NetBox; the next run removes the interface.`,
      );
    }
  }
  return changes.filter(change => {
    const why = change.action === 'delete' && change.kind === 'interface' ? kept.get(change.netboxId) : undefined;
    if (why === undefined) return true;
    findings.push({
      code: 'kept-because-others',
      severity: 'warning',
      kind: 'interface',
      key: change.key,
      label: change.label,
      message: `Interface ${change.label} is gone from the guest. Deleting it would delete its addresses, and it holds ${why}`,
    });
    return false;
  });
}
