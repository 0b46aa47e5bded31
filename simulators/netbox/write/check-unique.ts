import { ServerFault } from '../errors';
import { isWritable } from '../model/field';
import type { Draft, ObjectType, UniqueRule } from '../model/object-type';
import type { Problems } from '../errors';
import { uniqueIndex } from '../store/indexes';
import type { World } from '../store/world';
import type { NetBoxVersion } from '../version';
import type { WriteContext } from './context';

/** The uniqueness rules that NetBox checks before saving, with its messages. */
export function checkUniques(context: WriteContext, type: ObjectType, draft: Draft, problems: Problems): void {
  for (const rule of applicable(type, context.version)) {
    if (!rule.unchecked && violated(context.world, type, draft, rule)) problems.add('__all__', rule.message(context.version));
  }
}

/** What the database itself refuses when nobody checked before: NetBox answers 500 and names the constraint. */
export function enforceUniques(context: WriteContext, type: ObjectType, draft: Draft): void {
  const { world, version } = context;
  const broken = applicable(type, version).find(rule => violated(world, type, draft, rule));
  const constraint = broken?.constraint ?? brokenField(world, type, draft) ?? brokenOneToOne(world, type, draft);
  if (constraint === undefined) return;
  const text = `duplicate key value violates unique constraint "${constraint}"\nDETAIL:  Key already exists.`;
  throw new ServerFault('IntegrityError', text, version.full);
}

function applicable(type: ObjectType, version: NetBoxVersion): UniqueRule[] {
  return (type.uniques ?? []).filter(rule => (rule.since ?? 0) <= version.minor && (rule.until ?? 9) >= version.minor);
}

function violated(world: World, type: ObjectType, draft: Draft, rule: UniqueRule): boolean {
  const key = rule.key(draft.values);
  return key !== null && others(world.table(type.key).ids(uniqueIndex(rule.constraint), key), draft.id);
}

function others(ids: ReadonlySet<number>, own: number): boolean {
  return ids.size > (ids.has(own) ? 1 : 0);
}

function brokenField(world: World, type: ObjectType, draft: Draft): string | undefined {
  const table = world.table(type.key);
  const broken = type.fields.find(field => {
    const value = draft.values[field.name];
    if (!isWritable(field) || !field.unique || typeof value !== 'string' || value === '') return false;
    return others(table.ids(field.name, value), draft.id);
  });
  return broken && `${type.key.replace('.', '_')}_${broken.name}_key`;
}

function brokenOneToOne(world: World, type: ObjectType, draft: Draft): string | undefined {
  const table = world.table(type.key);
  const broken = type.fields.find(field => {
    const value = draft.values[field.name];
    return (
      field.kind === 'reference' && field.oneToOne && typeof value === 'number' && others(table.ids(field.name, value), draft.id)
    );
  });
  return broken && `${type.key.replace('.', '_')}_${broken.name}_id_key`;
}
