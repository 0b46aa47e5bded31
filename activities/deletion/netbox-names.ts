/** What NetBox has now of the things that its lost objects name. */
import { NetBoxNotFoundError } from '../../clients/netbox/errors';
import type { NetBoxClient } from '../../clients/netbox/client';
import type { Loss } from '../../database/repositories/deletion/losses';
import { pathOf, relatedIds, restoredTypes, type Known, type RestoredType } from '../../domain/deletion/restore';
import { textIn } from '../../domain/reflection/kind';

type Reader = Pick<NetBoxClient, 'listAll' | 'listByIds'>;

export const isRestoredType = (type: string): type is RestoredType => Object.hasOwn(pathOf, type);

/** For each type of lost objects: what they may name. */
export async function readKnown(netbox: Reader, lost: readonly Loss[]): Promise<(type: RestoredType) => Known> {
  const [existing, tags, fields] = await Promise.all([
    readExisting(netbox, lost),
    netbox.listAll('extras/tags', { fields: ['name'] }),
    netbox.listAll('extras/custom-fields', { fields: ['name', 'object_types', 'required'] }),
  ]);
  const tagIds = new Map(tags.map(row => [textIn(row['name']), row.id]));
  const fieldsOf = new Map(
    Object.values(restoredTypes).map(type => [
      type,
      new Map(
        fields
          .filter(({ object_types: types }) => Array.isArray(types) && types.includes(type))
          .map(row => [textIn(row['name']), { required: row['required'] === true }] as const),
      ),
    ]),
  );
  return type => ({
    exists: (path, id) => existing.get(path)?.has(id) === true,
    tags: tagIds,
    customFields: fieldsOf.get(type) ?? new Map(),
  });
}

async function readExisting(netbox: Reader, lost: readonly Loss[]): Promise<Map<string, Set<number>>> {
  const wanted = new Map<string, Set<number>>();
  for (const { objectType, original } of lost) {
    if (!isRestoredType(objectType)) continue;
    for (const { path, id } of relatedIds(objectType, original)) wanted.set(path, (wanted.get(path) ?? new Set()).add(id));
  }
  const found = await Promise.all(
    [...wanted].map(async ([path, ids]): Promise<[string, Set<number>]> => {
      const rows = await netbox.listByIds(path, [...ids], { fields: ['id'] }).catch((error: unknown) => {
        // This version has no such objects any more.
        if (error instanceof NetBoxNotFoundError) return [];
        throw error;
      });
      return [path, new Set(rows.map(row => row.id))];
    }),
  );
  return new Map(found);
}
