import type { Json } from '../json';
import type { Row } from '../store/row';
import type { CustomFieldDefinition } from './custom-field-definitions';
import { type Condition, type Filter, type FilterScope, noSuchChoice } from './filter';
import { booleanFilter, numberFilter, relatedIdFilter, textFilter, timeFilter } from './filter-kinds';

/**
 * The filter of a custom field, `cf_<name>`, by its type. Undefined for names that the model does not have, for JSON
 * fields and for fields whose filter logic is off: NetBox ignores those parameters.
 */
export function customFieldFilter(scope: FilterScope, name: string): Filter | undefined {
  const definition = scope.definitions.of(scope.type.key).find(each => each.name === name);
  if (!definition || definition.filterLogic === 'disabled') return undefined;
  const get = (row: Row): Json => row.customFields[name] ?? null;
  const text = textFilter(row => shown(get(row)));
  switch (definition.type) {
    case 'integer':
      return numberFilter(row => asNumber(get(row)));
    case 'decimal':
      return numberFilter(row => asNumber(get(row)), false);
    case 'boolean':
      return (values, lookup, inner) => {
        const condition = booleanFilter(row => get(row) === true)(values, lookup, inner);
        return condition && { test: row => get(row) !== null && condition.test(row) };
      };
    case 'date':
    case 'datetime':
      return timeFilter(row => shown(get(row)));
    case 'select':
    case 'multiselect':
      return selectionFilter(definition, get);
    case 'object':
      return relatedIdFilter(definition.related, row => [asNumber(get(row))]);
    case 'multiobject':
      return relatedIdFilter(definition.related, row => members(get(row)).flatMap(each => asNumber(each) ?? []));
    case 'json':
      return undefined;
    default:
      return (values, lookup, inner) => text(values, lookup === '' && definition.filterLogic === 'loose' ? 'ic' : lookup, inner);
  }
}

function selectionFilter(definition: CustomFieldDefinition, get: (row: Row) => Json): Filter {
  return (values, lookup): Condition | undefined => {
    const unknown = values.find(value => !definition.choices.has(value));
    if (unknown !== undefined) throw noSuchChoice(unknown);
    const has = (row: Row): boolean => members(get(row)).some(each => values.includes(String(each)));
    if (lookup === '') return { test: has };
    return lookup === 'n' ? { test: row => !has(row) } : undefined;
  };
}

function members(value: Json): Json[] {
  return Array.isArray(value) ? value : value === null ? [] : [value];
}

function shown(value: Json): string {
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function asNumber(value: Json): number | null {
  return typeof value === 'number' ? value : null;
}
