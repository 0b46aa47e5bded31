/** Guests whose virtual machine a merged delete took: until it is decided whether they go as well, reflection leaves them and their addresses alone. */
import type { LostGuest } from '../../database/repositories/deletion/losses';
import type { Finding } from '../../domain/reflection/findings';
import { guestKey } from '../../domain/reflection/inventory';
import type { Row } from '../../domain/reflection/kind';

/** Addresses that are reserved for such a guest are held: another guest with the same address does not get them. */
export function withReserved(rows: Row[] | undefined, lost: readonly LostGuest[]): Row[] | undefined {
  const holders = new Map(lost.flatMap(({ requestId, reserved }) => reserved.map(id => [id, requestId] as const)));
  if (rows === undefined || holders.size === 0) return rows;
  return rows.map(row => {
    const requestId = holders.get(row.id);
    if (requestId === undefined || (row['assigned_object_id'] ?? null) !== null) return row;
    const holder = { assigned_object_type: 'deletion request', assigned_object_id: requestId };
    return { ...row, ...holder, assigned_object: { name: `deletion request ${requestId}` } };
  });
}

export const lostFindings = (lost: readonly LostGuest[]): Finding[] =>
  lost.map(guest => ({
    code: 'deletion-undecided',
    severity: 'info',
    kind: 'virtual-machine',
    key: guestKey(guest),
    label: guestKey(guest),
    message: `A merged branch deleted the virtual machine of ${guestKey(guest)} in NetBox. It is not made anew while the deletion of the guest is undecided (request ${guest.requestId}).`,
    detail: { requestId: guest.requestId },
  }));
