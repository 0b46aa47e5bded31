import type { Pool } from 'pg';
import { supportObjects } from '../domain/reflection/bootstrap';
import type { Kind, NetBoxCapabilities } from '../domain/reflection/kind';
import { kindsInOrder } from '../domain/reflection/kinds';
import type { Values } from '../domain/reflection/values';
import type { ReadObject } from './bare-reader';

/** What a sync wrote to NetBox, kind by kind in the order in which it can be written. Objects refer to each other by key, to supporting ones by id. */
export type RecordedKinds = { kind: Kind; objects: { key: string; values: Values }[] }[];

/** All that the bare loader needs to write the same once more. */
export interface Recording {
  recorded: RecordedKinds;
  /** Ids of the supporting objects by `path/slug`. */
  supportIds: Map<string, number>;
  capabilities: NetBoxCapabilities;
}

/** The objects of the last sync, from its plan. */
export async function recordedKinds(pool: Pool): Promise<RecordedKinds> {
  const { rows } = await pool.query<{ kind: string; key: string; after: Values }>(
    `select kind, key, after from change where state = 'done' and action in ('create', 'update') order by seq`,
  );
  return kindsInOrder
    .map(kind => ({
      kind,
      objects: rows.filter(row => row.kind === kind.name).map(({ key, after }) => ({ key, values: after })),
    }))
    .filter(({ objects }) => objects.length > 0);
}

/** @param rows of NetBox by path. */
export function supportIdsIn(rows: Map<string, ReadObject[]>, capabilities: NetBoxCapabilities): Map<string, number> {
  return new Map(
    supportObjects(capabilities).flatMap(({ path, slug }): [string, number][] => {
      const row = rows.get(path)?.find(candidate => candidate.slug === slug);
      return row ? [[`${path}/${slug}`, row.id]] : [];
    }),
  );
}
