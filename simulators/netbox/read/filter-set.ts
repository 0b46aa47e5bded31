import { Problems } from '../errors';
import type { Field } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { idOf, numberOf, type Row, textOf, valueOf } from '../store/row';
import { customFieldFilter } from './custom-field-filters';
import { type Condition, type Filter, FilterProblem, type FilterScope, noSuchChoice } from './filter';
import * as kinds from './filter-kinds';

const PAGING = new Set([
  'limit',
  'offset',
  'start',
  'ordering',
  'fields',
  'omit',
  'exclude',
  'brief',
  'format',
  'background',
  'export',
]);

const sets = new WeakMap<ObjectType, ReadonlyMap<string, Filter>>();

/** The filters of a model: those that follow from its fields, those that every model has, and its own. */
function filtersOf(type: ObjectType): ReadonlyMap<string, Filter> {
  let filters = sets.get(type);
  if (!filters) {
    filters = new Map([
      ...COMMON,
      ...type.fields.flatMap(fromField),
      ['q', searchFilter(type)],
      ...Object.entries(type.filters ?? {}),
    ]);
    sets.set(type, filters);
  }
  return filters;
}

function fromField(field: Field): [string, Filter][] {
  const { name } = field;
  switch (field.kind) {
    case 'text':
      return [[name, kinds.textFilter(row => textOf(row, name), name)]];
    case 'notated':
      return [[name, kinds.textFilter(row => textOf(row, name), name)]];
    case 'integer':
      return [[name, kinds.numberFilter(row => numberOf(row, name))]];
    case 'decimal':
      return [[name, kinds.numberFilter(row => numberOf(row, name), false)]];
    case 'boolean':
      return [[name, kinds.booleanFilter(row => valueOf(row, name) === true)]];
    case 'choice':
      return [[name, kinds.choiceFilter(name, field.choices)]];
    case 'contentType':
      return [[name, kinds.contentTypeFilter(name)]];
    case 'reference':
      return [
        [`${name}_id`, kinds.relatedIdFilter(field.to, row => [idOf(row, name)], name)],
        [name, kinds.relatedNameFilter(field.to, row => [idOf(row, name)])],
      ];
    default:
      return [];
  }
}

const tagFilter: Filter = (values, lookup, { world }) => {
  if (lookup !== '' && lookup !== 'n' && lookup !== 'any') return undefined;
  const ids = values.map(slug => {
    const [tag] = world.table('extras.tag').ids('slug', slug);
    if (tag === undefined) throw noSuchChoice(slug);
    return tag;
  });
  if (lookup === 'n') return { test: row => !ids.some(id => row.tags.includes(id)) };
  return lookup === 'any'
    ? { test: row => ids.some(id => row.tags.includes(id)) }
    : { test: row => ids.every(id => row.tags.includes(id)) };
};

const changedBy =
  (...actions: string[]): Filter =>
  (values, _lookup, { world, type }) => {
    const changes = values.flatMap(value => world.table('core.objectchange').find('request_id', value));
    const ids = new Set(
      changes
        .filter(change => textOf(change, 'changed_object_type') === type.key && actions.includes(textOf(change, 'action')))
        .map(change => idOf(change, 'changed_object_id')),
    );
    return { test: row => ids.has(row.id) };
  };

const COMMON: readonly [string, Filter][] = [
  ['id', kinds.idFilter],
  ['tag', tagFilter],
  ['tag_id', kinds.relatedIdFilter('extras.tag', row => row.tags, 'tags')],
  ['created', kinds.timeFilter(row => row.created)],
  ['last_updated', kinds.timeFilter(row => row.lastUpdated)],
  ['created_by_request', changedBy('create')],
  ['updated_by_request', changedBy('update')],
  ['modified_by_request', changedBy('create', 'update')],
];

function searchFilter(type: ObjectType): Filter {
  const names = type.fields.flatMap(field =>
    field.kind === 'text' && field.search ? [field.name] : field.kind === 'notated' ? [field.name] : [],
  );
  return values => {
    const wanted = (values[values.length - 1] ?? '').trim().toLowerCase();
    return { test: row => names.some(name => textOf(row, name).toLowerCase().includes(wanted)) };
  };
}

/** The conditions of a query. Parameters that NetBox does not know are ignored, unreadable values are a 400. */
export function readConditions(scope: FilterScope, query: URLSearchParams): Condition[] {
  const problems = new Problems();
  const conditions: Condition[] = [];
  const filters = filtersOf(scope.type);
  for (const parameter of new Set(query.keys())) {
    const values = query.getAll(parameter).filter(value => value !== '');
    if (PAGING.has(parameter) || values.length === 0) continue;
    const [base = '', lookup = ''] = parameter.split('__');
    const filter = parameter.startsWith('cf_') ? customFieldFilter(scope, base.slice(3)) : filters.get(base);
    try {
      const condition = filter?.(values, lookup, scope);
      if (condition) conditions.push(condition);
    } catch (error) {
      if (!(error instanceof FilterProblem)) throw error;
      problems.add(parameter, error.message);
    }
  }
  problems.throwIfAny();
  return conditions;
}

/** The rows that satisfy all conditions: in the model's default order, or in no particular one when the caller sorts. */
export function selectRows(scope: FilterScope, conditions: readonly Condition[], inOrder = true): Row[] {
  const table = scope.world.table(scope.type.key);
  const passes = (row: Row): boolean => conditions.every(condition => condition.test(row));
  const narrowest = conditions
    .flatMap(condition => condition.ids ?? [])
    .sort((a, b) => a.size - b.size)
    .at(0);
  if (!narrowest || narrowest.size * 4 > table.size) return (inOrder ? table.sorted() : [...table.rows()]).filter(passes);
  return table.inOrder([...narrowest]).filter(passes);
}
