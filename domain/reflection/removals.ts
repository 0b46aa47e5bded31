import type { Change, Link } from './change';
import { guestKey } from './inventory';
import { idIn, type Kind, type PlannedGuest, type Row } from './kind';
import type { ReflectionKindName } from './kind-names';
import { ref, type IdOf } from './values';

export interface Gone {
  changes: Change[];
  /** Links whose object is gone, or now belongs to something else. */
  forget: { kind: ReflectionKindName; key: string }[];
}

interface Scope {
  guests: PlannedGuest[];
  rows: Map<number, Row>;
  interfaceRows: Map<number, Row>;
  idOf: IdOf;
  /** Rows that show a desired object, e.g. an address that moved. */
  taken: Set<number>;
}

/**
 * Parts that a guest no longer has. Only parts of a guest that was read completely, only what we made and what is still the guest's,
 * and never a VM: absence of a guest is not deletion.
 */
export function goneParts(kind: Kind, wanted: Set<string>, links: Map<string, Link>, scope: Scope): Gone {
  const complete = new Map<string, boolean>(
    scope.guests.map(guest => [guestKey(guest), kind.deletable === 'config' || guest.addressesComplete]),
  );
  const gone: Gone = { changes: [], forget: [] };
  for (const [key, link] of links) {
    const guest = key.split('/').slice(0, 2).join('/');
    if (wanted.has(key) || !complete.get(guest)) continue;
    const row = scope.rows.get(link.netboxId);
    if (!row || vmOf(row, scope.interfaceRows) !== scope.idOf(ref('virtual-machine', guest)))
      gone.forget.push({ kind: kind.name, key });
    else if (link.createdByUs && !scope.taken.has(row.id)) gone.changes.push(deletion(kind, key, guest, row));
  }
  return gone;
}

const vmOf = (row: Row, interfaceRows: Map<number, Row>): number | null =>
  idIn(row['virtual_machine']) ??
  (row['assigned_object_type'] === 'virtualization.vminterface'
    ? idIn(interfaceRows.get(Number(row['assigned_object_id']))?.['virtual_machine'])
    : null);

function deletion(kind: Kind, key: string, guest: string, row: Row): Change {
  const before = kind.values(row);
  return {
    kind: kind.name,
    key,
    label: String(before['name'] ?? before['address'] ?? key),
    guest,
    action: 'delete',
    netboxId: row.id,
    before,
    after: {},
    reflect: {},
    why: 'gone from the guest',
  };
}
