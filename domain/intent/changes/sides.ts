import type { Snapshot } from './snapshot';
import { isVoid, type ShapeProblem, type StoredChange } from './stored-change';

/** A changed object with its snapshots; absent is the side on which it does not exist. */
export interface ChangedObject {
  readonly objectId: number;
  readonly row: StoredChange;
  readonly before?: Snapshot;
  readonly after?: Snapshot;
}

/** The changed objects of a type, by id, so that the order of the rows says nothing. */
export interface Sides {
  of(objectType: StoredChange['objectType']): readonly ChangedObject[];
}

export function sidesOf(changes: readonly StoredChange[], problems: ShapeProblem[]): Sides {
  const byType = new Map<string, ChangedObject[]>();
  for (const row of [...changes].sort((a, b) => a.objectId - b.objectId)) {
    if (isVoid(row)) continue;
    const place = `changes[id=${row.id}]`;
    const object: ChangedObject = {
      objectId: row.objectId,
      row,
      ...(row.action !== 'create' && row.original && { before: { place: `${place}.original`, values: row.original, problems } }),
      ...(row.action !== 'delete' && row.modified && { after: { place: `${place}.modified`, values: row.modified, problems } }),
    };
    byType.set(row.objectType, [...(byType.get(row.objectType) ?? []), object]);
  }
  return { of: objectType => byType.get(objectType) ?? [] };
}
