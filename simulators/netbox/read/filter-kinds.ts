import type { Json } from '../json';
import type { Choice } from '../model/field';
import { nameOf } from '../access/lookups';
import { genericKey } from '../store/indexes';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import { type Condition, type Filter, FilterProblem, noSuchChoice, unionOf } from './filter';

type Get<T> = (row: Row, world: World) => T;

const not = (condition: Condition): Condition => ({ test: row => !condition.test(row) });

/** Texts: exact by default, any of several values; with NetBox's lookups. */
export function textFilter(get: Get<string | null>, index?: string): Filter {
  return (values, lookup, { world, type }) => {
    const any = (test: (text: string, wanted: string) => boolean): Condition => ({
      test: row => values.some(wanted => test(get(row, world) ?? '', wanted)),
    });
    const folded = (test: (text: string, wanted: string) => boolean): Condition =>
      any((text, wanted) => test(text.toLowerCase(), wanted.toLowerCase()));
    switch (lookup) {
      case '': {
        const exact = any((text, wanted) => text === wanted);
        const table = world.table(type.key);
        return index && table.hasIndex(index) ? { ...exact, ids: unionOf(values.map(value => table.ids(index, value))) } : exact;
      }
      case 'n':
        return not(any((text, wanted) => text === wanted));
      case 'ic':
        return folded((text, wanted) => text.includes(wanted));
      case 'nic':
        return not(folded((text, wanted) => text.includes(wanted)));
      case 'ie':
        return folded((text, wanted) => text === wanted);
      case 'nie':
        return not(folded((text, wanted) => text === wanted));
      case 'isw':
        return folded((text, wanted) => text.startsWith(wanted));
      case 'nisw':
        return not(folded((text, wanted) => text.startsWith(wanted)));
      case 'iew':
        return folded((text, wanted) => text.endsWith(wanted));
      case 'niew':
        return not(folded((text, wanted) => text.endsWith(wanted)));
      case 'regex':
        return any((text, wanted) => new RegExp(wanted).test(text));
      case 'iregex':
        return any((text, wanted) => new RegExp(wanted, 'i').test(text));
      case 'empty':
        return emptyCondition(values, row => (get(row, world) ?? '') === '');
      default:
        return undefined;
    }
  };
}

function emptyCondition(values: readonly string[], isEmpty: (row: Row) => boolean): Condition | undefined {
  const wanted = readBoolean(values[values.length - 1] ?? '');
  return wanted === undefined ? undefined : { test: row => isEmpty(row) === wanted };
}

/** Numbers: any of several values; `n`, `gt`, `gte`, `lt`, `lte`, `empty`. */
export function numberFilter(get: Get<number | null>, whole = true): Filter {
  return (values, lookup, { world }) => {
    if (lookup === 'empty') return emptyCondition(values, row => get(row, world) === null);
    const wanted = values.map(value => readNumber(value, whole));
    const compare = (test: (value: number, bound: number) => boolean): Condition => ({
      test: row => {
        const value = get(row, world);
        return value !== null && wanted.every(bound => test(value, bound));
      },
    });
    switch (lookup) {
      case '':
        return { test: row => wanted.some(each => each === get(row, world)) };
      case 'n':
        return { test: row => !wanted.some(each => each === get(row, world)) };
      case 'gt':
        return compare((value, bound) => value > bound);
      case 'gte':
        return compare((value, bound) => value >= bound);
      case 'lt':
        return compare((value, bound) => value < bound);
      case 'lte':
        return compare((value, bound) => value <= bound);
      default:
        return undefined;
    }
  };
}

function readNumber(text: string, whole: boolean): number {
  const pattern = whole ? /^\s*[-+]?\d+\s*$/ : /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/;
  if (!pattern.test(text)) throw new FilterProblem(whole ? 'Enter a whole number.' : 'Enter a number.');
  return Number(text);
}

/** The object's own id, by set lookup. */
export const idFilter: Filter = (values, lookup, scope) => {
  const condition = numberFilter(row => row.id)(values, lookup, scope);
  if (lookup !== '' || !condition) return condition;
  return { ...condition, ids: new Set(values.map(Number)) };
};

/** A choice: unknown values are refused. Text lookups work on the stored value. */
export function choiceFilter(name: string, choices: readonly Choice[]): Filter {
  const asText = textFilter(row => String(valueOf(row, name) ?? ''));
  return (values, lookup, scope) => {
    if (lookup === '' || lookup === 'n') {
      const unknown = values.find(value => !choices.some(([known]) => String(known) === value));
      if (unknown !== undefined) throw noSuchChoice(unknown);
    }
    return asText(values, lookup, scope);
  };
}

export function booleanFilter(get: Get<boolean>): Filter {
  return (values, lookup, { world }) => {
    const wanted = readBoolean(values[values.length - 1] ?? '');
    return lookup !== '' || wanted === undefined ? undefined : { test: row => get(row, world) === wanted };
  };
}

function readBoolean(text: string): boolean | undefined {
  const value = text.toLowerCase();
  if (['true', '1', 'on', 'yes'].includes(value)) return true;
  return ['false', '0', 'off', 'no'].includes(value) ? false : undefined;
}

/** Names that NetBox finds without regard to case; lookups such as `n` stay exact. */
export function foldedTextFilter(get: Get<string | null>): Filter {
  const exact = textFilter(get);
  return (values, lookup, scope) => exact(values, lookup === '' ? 'ie' : lookup, scope);
}

/** Related objects of a row, as ids. */
export type Related = Get<readonly (number | null)[]>;

/** A relation by id; `null` finds rows without one. `index` names the table's index over the same relation. */
export function relatedIdFilter(to: string, get: Related, index?: string): Filter {
  return (values, lookup, { world, type }) => {
    if (lookup !== '' && lookup !== 'n') return undefined;
    const wanted = new Set(values.map(value => readRelatedId(world, to, value)));
    const condition = hasAny(get, wanted, world);
    if (lookup === 'n') return not(condition);
    const ids = [...wanted];
    if (!index || ids.includes(null)) return condition;
    return { ...condition, ids: unionOf(ids.map(id => world.table(type.key).ids(index, id ?? 0))) };
  };
}

function hasAny(get: Related, wanted: ReadonlySet<number | null>, world: World): Condition {
  return {
    test: row => {
      const related = get(row, world);
      return related.length === 0 ? wanted.has(null) : related.some(id => wanted.has(id));
    },
  };
}

function readRelatedId(world: World, to: string, value: string): number | null {
  if (value === 'null') return null;
  if (!/^\d+$/.test(value)) throw new FilterProblem(`“${value}” is not a valid value.`);
  if (!world.get(to, Number(value))) throw noSuchChoice(value);
  return Number(value);
}

/** A relation by the related object's slug or name. */
export function relatedNameFilter(to: string, get: Related): Filter {
  return (values, lookup, { world }) => {
    if (lookup !== '' && lookup !== 'n') return undefined;
    const target = world.type(to);
    const wanted = new Set<number | null>();
    for (const value of values) {
      if (value === 'null') wanted.add(null);
      const found = [...world.table(to).rows()].filter(row => nameOf(target, row) === value);
      if (found.length === 0 && value !== 'null') throw noSuchChoice(value);
      for (const row of found) wanted.add(row.id);
    }
    const condition = hasAny(get, wanted, world);
    return lookup === 'n' ? not(condition) : condition;
  };
}

/** Points in time; several bounds must all hold. */
export function timeFilter(get: Get<string>): Filter {
  return (values, lookup, { world }) => {
    const bounds = values.map(readInstant);
    const all = (test: (value: number, bound: number) => boolean): Condition => ({
      test: row => bounds.every(bound => test(microseconds(get(row, world)), bound)),
    });
    switch (lookup) {
      case '':
        return { test: row => bounds.includes(microseconds(get(row, world))) };
      case 'n':
        return { test: row => !bounds.includes(microseconds(get(row, world))) };
      case 'gt':
        return all((value, bound) => value > bound);
      case 'gte':
      case 'after':
        return all((value, bound) => value >= bound);
      case 'lt':
        return all((value, bound) => value < bound);
      case 'lte':
      case 'before':
        return all((value, bound) => value <= bound);
      default:
        return undefined;
    }
  };
}

function readInstant(text: string): number {
  const value = microseconds(/[T ]\d\d:\d\d/.test(text) && !/(Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text);
  if (Number.isNaN(value) || !/^\d{4}-\d\d-\d\d/.test(text)) throw new FilterProblem('Enter a valid date/time.');
  return value;
}

function microseconds(text: string): number {
  const fraction = /\.(\d{1,6})\d*/.exec(text)?.[1] ?? '';
  const whole = Date.parse(text.replace(/\.\d+/, '').replace(/^(\d{4}-\d\d-\d\d) /, '$1T'));
  return whole * 1000 + Number(fraction.padEnd(6, '0'));
}

/** A content type by its name. NetBox finds nothing for one that it does not know. */
export function contentTypeFilter(name: string): Filter {
  return (values, lookup) => {
    const condition: Condition = { test: row => values.includes(textOf(row, name)) };
    return lookup === '' ? condition : lookup === 'n' ? not(condition) : undefined;
  };
}

/** Rows whose list of content types has one of the values. */
export function contentTypesFilter(name: string): Filter {
  return (values, lookup) => {
    const has = (row: Row): boolean => {
      const types: Json = valueOf(row, name);
      return Array.isArray(types) && types.some(type => values.includes(String(type)));
    };
    return lookup === '' ? { test: has } : lookup === 'n' ? { test: row => !has(row) } : undefined;
  };
}

/** A generic relation to one model by id, such as `vminterface_id`. */
export function genericIdFilter(contentType: string, typeField: string, idField: string): Filter {
  const get: Related = row => (textOf(row, typeField) === contentType ? [idOf(row, idField)] : [null]);
  const filter = relatedIdFilter(contentType, get);
  return (values, lookup, scope) => {
    const condition = filter(values, lookup, scope);
    if (!condition || lookup !== '' || values.includes('null')) return condition;
    const table = scope.world.table(scope.type.key);
    return { ...condition, ids: unionOf(values.map(value => table.ids(typeField, genericKey(contentType, Number(value))))) };
  };
}
