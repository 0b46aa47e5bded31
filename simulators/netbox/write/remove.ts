import { Protected } from '../errors';
import type { JsonObject } from '../json';
import type { Relation } from '../store/relations';
import type { ObjectType } from '../model/object-type';
import { idsOf, type Row } from '../store/row';
import { genericKey } from '../store/indexes';
import { logData, recordChange } from './change-log';
import type { WriteContext } from './context';
import { assertUnchanged, saveRelated } from './save';

const ADDRESS = 'ipam.ipaddress';

interface Target {
  readonly type: ObjectType;
  readonly row: Row;
}

/** A row that goes, with its change log data as it stood before anything went. */
interface Doomed extends Target {
  readonly data: JsonObject;
}

/**
 * Deletes an object and everything that goes with it (interfaces, disks, assigned addresses, journal entries), clears
 * the relations that may be empty, and refuses when others protect it. Rights on the dependent objects are not asked,
 * as in NetBox. Must run inside a transaction.
 */
export function remove(context: WriteContext, type: ObjectType, row: Row, message = ''): void {
  assertUnchanged(context, row);
  const doomed = collect(context, { type, row });
  refuseProtected(context, doomed);
  for (const target of [...doomed.values()].reverse()) {
    removeOne(context, target, doomed, target.row.id === row.id && target.type === type ? message : '');
  }
}

function keyOf(target: Target): string {
  return genericKey(target.type.key, target.row.id);
}

/** The object and all that cascade from it, parents first. */
function collect(context: WriteContext, root: Target): Map<string, Doomed> {
  const doomed = new Map<string, Doomed>();
  const queue = [root];
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (doomed.has(keyOf(next))) continue;
    doomed.set(keyOf(next), { ...next, data: logData(context, next.type, next.row) });
    for (const dependent of dependents(context, next)) {
      if (goesAlong(dependent.field)) queue.push(dependent);
    }
  }
  return doomed;
}

function goesAlong(field: Relation['field']): boolean {
  return (field.kind === 'reference' && field.onDelete === 'cascade') || (field.kind === 'contentType' && field.cascade === true);
}

interface Dependent extends Target {
  readonly field: Relation['field'];
}

function dependents(context: WriteContext, target: Target): Dependent[] {
  return context.world.relationsTo(target.type.key).flatMap(({ type, field }) =>
    context.world
      .table(type.key)
      .find(field.name, field.kind === 'contentType' ? keyOf(target) : target.row.id)
      .map(row => ({ type, row, field })),
  );
}

function refuseProtected(context: WriteContext, doomed: ReadonlyMap<string, Target>): void {
  const protectors = new Map<string, string>();
  for (const target of doomed.values()) {
    for (const dependent of dependents(context, target)) {
      const { field, type, row } = dependent;
      if (field.kind !== 'reference' || (field.onDelete !== 'protect' && field.onDelete !== 'restrict')) continue;
      if (!doomed.has(keyOf(dependent))) protectors.set(keyOf(dependent), `${type.display(row, context.world)} (${row.id})`);
    }
  }
  if (protectors.size > 0) throw new Protected(protectors.size, [...protectors.values()]);
}

function removeOne(context: WriteContext, target: Doomed, doomed: ReadonlyMap<string, Target>, message: string): void {
  const { world } = context;
  const { type } = target;
  const row = world.get(type.key, target.row.id);
  if (!row) return;
  type.beforeDelete?.(row, context);
  clearRelations(context, target, doomed);
  world.remove(type.key, row.id);
  recordChange(context, type, row, 'delete', target.data, null, message);
  type.afterDelete?.(row, context);
}

/**
 * Relations that may be empty are emptied by an ordinary save of their owner: it moves `last_updated` and is logged, even
 * for the primary addresses of an owner that goes in the same deletion (measured on 4.7.3).
 */
function clearRelations(context: WriteContext, target: Target, doomed: ReadonlyMap<string, Target>): void {
  for (const { type, row, field } of dependents(context, target)) {
    const isDoomed = doomed.has(genericKey(type.key, row.id));
    if (field.kind === 'references') {
      saveRelated(context, type, row, { [field.name]: idsOf(row, field.name).filter(id => id !== target.row.id) });
    } else if (field.kind !== 'reference' || field.onDelete !== 'clear') continue;
    else if (!isDoomed || target.type.key === ADDRESS) saveRelated(context, type, row, { [field.name]: null });
    else clearSilently(context, type, row, field.name);
  }
}

/** An owner that goes in the same deletion is emptied silently, so that nothing points at a row that is gone. */
function clearSilently(context: WriteContext, type: ObjectType, row: Row, field: string): void {
  context.world.put(type.key, { ...row, values: { ...row.values, [field]: null } });
}
