import { type Json, typeName } from '../json';
import { Aborted, type Problems, ServerFault } from '../errors';
import type { ObjectType } from '../model/object-type';
import { textOf, valueOf } from '../store/row';
import type { Input, WriteContext } from './context';
import { parseReference } from './parse-reference';

/** What a request wants done to an object's tags. Absent lists leave them alone. */
export interface TagChange {
  readonly set?: readonly number[];
  readonly add?: readonly number[];
  readonly remove?: readonly number[];
}

/** Reads `tags`, and from 4.6 `add_tags` and `remove_tags`. An unknown tag refuses the object; none is made on the way. */
export function parseTags(context: WriteContext, input: Input, isNew: boolean, problems: Problems): TagChange {
  const set = 'tags' in input ? readTags(context, input['tags'] ?? null, problems) : undefined;
  if (context.version.minor < 6) return set ? { set } : {};
  const add = 'add_tags' in input ? readSideTags(context, input['add_tags'] ?? null) : undefined;
  const remove = 'remove_tags' in input ? readSideTags(context, input['remove_tags'] ?? null) : undefined;
  if (set?.length && (add?.length || remove?.length)) {
    problems.add('tags', 'Cannot specify "tags" together with "add_tags" or "remove_tags".');
  } else if (isNew && remove?.length) {
    problems.add('remove_tags', 'Cannot use "remove_tags" when creating a new object.');
  } else {
    const both = (add ?? []).filter(id => remove?.includes(id)).map(id => context.world.display('extras.tag', id));
    if (both.length > 0) {
      problems.add('remove_tags', `Tags may not be present in both "add_tags" and "remove_tags": ${both.join(', ')}`);
    }
  }
  return { ...(set && { set }), ...(add && { add }), ...(remove && { remove }) };
}

function readTags(context: WriteContext, raw: Json, problems: Problems): number[] | undefined {
  if (raw === null) {
    problems.add('tags', 'This field may not be null.');
    return undefined;
  }
  if (!Array.isArray(raw)) {
    problems.set('tags', { __all__: [`Expected a list of items but got type "${typeName(raw)}".`] });
    return undefined;
  }
  const ids = new Set<number>();
  for (const item of raw) {
    const parsed = parseReference(context, 'extras.tag', item);
    if ('messages' in parsed) {
      problems.add('tags', ...parsed.messages);
      return undefined;
    }
    ids.add(Number(parsed.value));
  }
  return [...ids];
}

/** NetBox does not expect an unknown tag here: it answers 500 (measured on 4.7.3). */
function readSideTags(context: WriteContext, raw: Json): number[] {
  if (!Array.isArray(raw))
    throw new ServerFault('ValidationError', `Expected a list of items but got type "${typeName(raw)}".`, context.version.full);
  return raw.map(item => {
    const parsed = parseReference(context, 'extras.tag', item);
    if ('messages' in parsed) throw new ServerFault('ValidationError', JSON.stringify(parsed.messages), context.version.full);
    return Number(parsed.value);
  });
}

/** The tags of an object after the change. Throws when one of them is reserved for other models. */
export function applyTags(context: WriteContext, type: ObjectType, current: readonly number[], change: TagChange): number[] {
  const base = change.set ?? current;
  const result = [...new Set([...base, ...(change.add ?? [])])].filter(id => !change.remove?.includes(id));
  for (const id of result) {
    const tag = context.world.get('extras.tag', id);
    const types = tag ? valueOf(tag, 'object_types') : null;
    if (tag && Array.isArray(types) && types.length > 0 && !types.includes(type.key)) {
      throw new Aborted(`Tag ${textOf(tag, 'name')} cannot be assigned to ${type.key.split('.')[1]} objects.`);
    }
  }
  return result;
}
