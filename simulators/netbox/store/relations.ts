import type { ContentTypeField, ReferenceField, ReferencesField } from '../model/field';
import type { ObjectType } from '../model/object-type';

/** A field through which objects of `type` point at others. */
export interface Relation {
  readonly type: ObjectType;
  readonly field: ReferenceField | ReferencesField | ContentTypeField;
}

/** By model: the relations that can point at it. Generic relations can point at every model. */
export function relationsOf(types: readonly ObjectType[]): ReadonlyMap<string, readonly Relation[]> {
  const relations = new Map<string, Relation[]>(types.map(type => [type.key, []]));
  for (const type of types) {
    for (const field of type.fields) {
      if (field.kind === 'reference' || field.kind === 'references') relations.get(field.to)?.push({ type, field });
      else if (field.kind === 'contentType' && field.idField !== undefined) {
        for (const each of relations.values()) each.push({ type, field });
      }
    }
  }
  return relations;
}
