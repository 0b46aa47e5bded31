import type { Change, Link } from './change';
import { guestKey } from './inventory';
import type { Kind, PlannedGuest, Row } from './kind';
import type { ReflectionKindName } from './kind-names';

/**
 * Parts that a guest no longer has. Only parts of a guest that was read completely, only what we made, and never a VM: absence of
 * a guest is not deletion.
 * @param taken rows that now show another desired object, e.g. an address that moved.
 */
export function goneParts(
  kind: Kind,
  wanted: Set<string>,
  links: Map<string, Link>,
  rows: Map<number, Row>,
  guests: PlannedGuest[],
  taken: Set<number>,
): { changes: Change[]; forget: { kind: ReflectionKindName; key: string }[] } {
  const complete = new Map<string, boolean>(
    guests.map(guest => [guestKey(guest), kind.deletable === 'config' || guest.addressesComplete]),
  );
  const changes: Change[] = [];
  const forget: { kind: ReflectionKindName; key: string }[] = [];
  for (const [key, link] of links) {
    const guest = key.split('/').slice(0, 2).join('/');
    if (wanted.has(key) || !complete.get(guest)) continue;
    const row = rows.get(link.netboxId);
    if (!row) forget.push({ kind: kind.name, key });
    else if (link.createdByUs && !taken.has(row.id)) changes.push(deletion(kind, key, guest, row));
  }
  return { changes, forget };
}

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
