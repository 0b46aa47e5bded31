/** Which row of NetBox stands for a desired object. */
import type { AddressOwners } from './address-moves';
import type { Link } from './change';
import type { GuestMatch } from './guest-match';
import type { Candidates, Desired, Kind, Match, Row } from './kind';
import { resolve, unresolved, type IdOf, type Value } from './values';

/** VMs are matched before planning; everything else by its own link, as long as the row still stands for it. */
export function linkedRow(
  kind: Kind,
  object: Desired,
  links: Map<string, Link>,
  rows: Map<number, Row>,
  guests: Pick<GuestMatch, 'matched'>,
  idOf: IdOf,
): Row | undefined {
  if (kind.name === 'virtual-machine') return guests.matched.get(object.key as never)?.row;
  const link = links.get(object.key);
  const row = link && rows.get(link.netboxId);
  return row && (kind.stillStandsFor?.(row, object, idOf) ?? true) ? row : undefined;
}

export function matchOf(kind: Kind, object: Desired, candidates: Candidates): Match {
  if (kind.name === 'virtual-machine') return undefined;
  if (kind.match) return kind.match(object, candidates);
  const wanted = naturalText(kind.natural, field => resolve(object.values[field] ?? null, candidates.idOf));
  if (wanted === undefined) return undefined;
  const found = candidates.byIndex(wanted).filter(row => kind.shared || !candidates.isTaken(row));
  return found.length > 1 && !kind.shared ? 'ambiguous' : found[0] && { row: found[0] };
}

/** @param taken ids of rows that already show a desired object; it may grow afterwards. */
export function candidatesAmong(kind: Kind, rows: Row[], taken: Set<number>, idOf: IdOf, owners: AddressOwners): Candidates {
  const index = new Map<string, Row[]>();
  for (const row of rows) {
    const values = kind.values(row);
    const text = kind.index ? kind.index(row) : naturalText(kind.natural, field => values[field] ?? null);
    if (text !== undefined) index.set(text, [...(index.get(text) ?? []), row]);
  }
  return {
    isTaken: row => taken.has(row.id),
    idOf,
    byIndex: text => index.get(text) ?? [],
    released: (interfaceId, host, to) => owners.released(interfaceId, host, to),
  };
}

/** The natural fields as one text, in lower case; undefined when a parent does not exist yet. */
function naturalText(natural: string[], valueOf: (field: string) => Value): string | undefined {
  const parts = natural.map(valueOf);
  if (parts.some(part => unresolved(part) !== undefined)) return undefined;
  return parts.map(part => String(part ?? '').toLowerCase()).join('|');
}
