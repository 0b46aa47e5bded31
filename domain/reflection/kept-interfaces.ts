import type { Change } from './change';
import type { Finding } from './findings';
import { textIn, type Row } from './kind';

/**
 * Deleting an interface deletes the addresses assigned to it, whoever made them (NetBox, all versions). So an interface that holds
 * an address of somebody else, or one that this plan moves away, stays, and it is said.
 * @param addresses all addresses of the interfaces that the plan deletes are among them.
 * @param isOurs true for an address that reflection made.
 */
export function keepInterfaces(
  changes: Change[],
  addresses: Row[],
  isOurs: (address: Row) => boolean,
): { changes: Change[]; findings: Finding[] } {
  const moving = new Set(
    changes.filter(change => change.kind === 'ip-address' && change.action === 'update').map(change => change.netboxId),
  );
  const kept = new Map<unknown, string>();
  for (const row of addresses) {
    const port = row['assigned_object_type'] === 'virtualization.vminterface' ? row['assigned_object_id'] : null;
    const address = textIn(row['address']);
    if (moving.has(row.id)) kept.set(port, `${address}, which moves in this run; the next run removes the interface.`);
    else if (!isOurs(row)) {
      kept.set(
        port,
        `${address}, which we did not make. Move or delete the address in NetBox; the next run removes the interface.`,
      );
    }
  }
  const reasonFor = (change: Change): string | undefined =>
    change.kind === 'interface' && change.action === 'delete' ? kept.get(change.netboxId) : undefined;
  return {
    changes: changes.filter(change => reasonFor(change) === undefined),
    findings: changes.flatMap(change => {
      const reason = reasonFor(change);
      return reason === undefined ? [] : [noteKept(change, reason)];
    }),
  };
}

const noteKept = ({ key, label }: Change, reason: string): Finding => ({
  code: 'kept-because-others',
  severity: 'warning',
  kind: 'interface',
  key,
  label,
  message: `Interface ${label} is gone from the guest. Deleting it would delete its addresses, and it holds ${reason}`,
});
