import { type Json, sameJson, typeName } from '../../json';
import { contentTypeFilter, contentTypesFilter, relatedIdFilter, relatedNameFilter } from '../../read/filter-kinds';
import { naturalKey } from '../../store/natural-sort';
import { idOf, numberOf, type Row, textOf, valueOf } from '../../store/row';
import type { WriteContext } from '../../write/context';
import * as build from '../build';
import { CUSTOM_FIELD_TYPE, FILTER_LOGIC, UI_EDITABLE, UI_VISIBLE } from '../choices';
import type { Choice } from '../field';
import type { Check, ObjectType } from '../object-type';

const ACTIVE: Choice[] = [['active', 'Active']];
const DATA_TYPE: Record<string, string> = {
  integer: 'integer',
  decimal: 'decimal',
  boolean: 'boolean',
  object: 'object',
  multiobject: 'array',
  multiselect: 'array',
  json: 'object',
};

/** `extras/custom-field-choice-sets`. */
export const choiceSet: ObjectType = {
  key: 'extras.customfieldchoiceset',
  endpoint: 'extras/custom-field-choice-sets',
  pagePath: 'extras/custom-field-choices',
  className: 'CustomFieldChoiceSet',
  label: 'custom field choice set',
  fields: [
    build.required('name', 100, { unique: true }),
    build.description,
    build.optionalChoice('base_choices', [
      ['IATA', 'IATA (Airport codes)'],
      ['ISO_3166', 'ISO 3166 (Country codes)'],
      ['UN_LOCODE', 'UN/LOCODE (Location codes)'],
    ]),
    { kind: 'json', name: 'extra_choices', required: true, check: choicePairs },
    { kind: 'json', name: 'choice_colors', since: 6, default: {} },
    build.bool('order_alphabetically', false),
    build.computed('choices_count', row => choiceCount(row)),
    build.owner,
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'name', 'description', 'choices_count'],
  display: build.displayName,
  sortKey: build.byName,
  nameField: 'name',
  clean: checkChoices,
};

function choicePairs(value: Json): Json | undefined {
  if (!Array.isArray(value)) return [`Expected a list of items but got type "${typeName(value)}".`];
  const wrong = value.flatMap((pair, index): [string, Json][] => {
    if (!Array.isArray(pair)) return [[String(index), [`Expected a list of items but got type "${typeName(pair)}".`]]];
    if (pair.length < 2) return [[String(index), ['Ensure this field has at least 2 elements.']]];
    return pair.length > 2 ? [[String(index), ['Ensure this field has no more than 2 elements.']]] : [];
  });
  return wrong.length > 0 ? Object.fromEntries(wrong) : undefined;
}

function choiceCount(row: Row): number {
  const choices = valueOf(row, 'extra_choices');
  return Array.isArray(choices) ? choices.length : 0;
}

function choiceValues(choices: Json | undefined): string[] {
  return Array.isArray(choices) ? choices.map(pair => String(Array.isArray(pair) ? pair[0] : pair)) : [];
}

function checkChoices({ draft, world, problems }: Check): void {
  const values = choiceValues(draft.values['extra_choices']);
  if (values.length === 0 && !draft.values['base_choices']) problems.add('__all__', 'Must define base or extra choices.');
  const doubled = values.find((value, index) => values.indexOf(value) !== index);
  if (doubled !== undefined) problems.add('__all__', `Duplicate value '${doubled}' found in extra choices.`);
  const removed = choiceValues(draft.before?.values['extra_choices']).filter(value => !values.includes(value));
  if (removed.length === 0) return;
  for (const definition of world.table('extras.customfield').find('choice_set', draft.id)) {
    for (const type of contentTypesOf(definition)) {
      const used = removed.find(value => isUsed({ world }, type, textOf(definition, 'name'), value));
      if (used !== undefined) {
        problems.add(
          '__all__',
          `Cannot remove choice ${used} as there are ${type.replace('.', ' | ')} objects which reference it.`,
        );
        return;
      }
    }
  }
}

function isUsed({ world }: Pick<WriteContext, 'world'>, type: string, name: string, value: string): boolean {
  if (!world.hasType(type)) return false;
  for (const row of world.table(type).rows()) {
    const held = row.customFields[name];
    if (held === value || (Array.isArray(held) && held.includes(value))) return true;
  }
  return false;
}

function contentTypesOf(definition: Row): string[] {
  const types = valueOf(definition, 'object_types');
  return Array.isArray(types) ? types.map(String) : [];
}

/** `extras/custom-fields`. */
export const customField: ObjectType = {
  key: 'extras.customfield',
  endpoint: 'extras/custom-fields',
  className: 'CustomField',
  label: 'custom field',
  fields: [
    { kind: 'contentTypes', name: 'object_types', required: true },
    build.choice('type', CUSTOM_FIELD_TYPE, 'text', { required: true }),
    { kind: 'contentType', name: 'related_object_type', nullable: true },
    build.computed('data_type', row => DATA_TYPE[textOf(row, 'type')] ?? 'string'),
    build.required('name', 50, {
      unique: true,
      checks: [
        { pattern: /^[a-z0-9_]+$/i, message: 'Only alphanumeric characters and underscores are allowed.' },
        { pattern: /__/, message: 'Double underscores are not permitted in custom field names.', forbidden: true },
      ],
    }),
    build.text('label', 50, { search: true }),
    build.text('group_name', 50, { search: true }),
    build.description,
    build.bool('required', false),
    build.bool('unique', false),
    build.integer('search_weight', 0, 32767, { nullable: false, default: 1000 }),
    build.choice('filter_logic', FILTER_LOGIC, 'loose'),
    build.choice('ui_visible', UI_VISIBLE, 'always'),
    build.choice('ui_editable', UI_EDITABLE, 'yes'),
    build.bool('is_cloneable', false),
    { ...build.bool('nulls_first', true), since: 7 },
    { kind: 'json', name: 'default', nullable: true },
    { kind: 'json', name: 'related_object_filter', nullable: true },
    build.integer('weight', 0, 32767, { nullable: false, default: 100 }),
    { kind: 'decimal', name: 'validation_minimum', digits: 16, places: 4, nullable: true },
    { kind: 'decimal', name: 'validation_maximum', digits: 16, places: 4, nullable: true },
    build.text('validation_regex', 500),
    { kind: 'json', name: 'validation_schema', since: 6, nullable: true },
    build.optional('choice_set', 'extras.customfieldchoiceset', 'protect'),
    { ...build.computed('status', () => ({ value: ACTIVE[0]?.[0] ?? '', label: ACTIVE[0]?.[1] ?? '' })), since: 7 },
    build.owner,
    build.comments,
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'name', 'description'],
  display: row => textOf(row, 'label') || capitalised(textOf(row, 'name').replace(/_/g, ' ')),
  sortKey: row => [naturalKey(textOf(row, 'group_name')), numberOf(row, 'weight') ?? 0, naturalKey(textOf(row, 'name'))],
  nameField: 'name',
  filters: {
    object_type: contentTypesFilter('object_types'),
    related_object_type: contentTypeFilter('related_object_type'),
    choice_set_id: relatedIdFilter('extras.customfieldchoiceset', row => [idOf(row, 'choice_set')], 'choice_set'),
    choice_set: relatedNameFilter('extras.customfieldchoiceset', row => [idOf(row, 'choice_set')]),
  },
  naturalKey: row => textOf(row, 'name'),
  validate: ({ draft, problems }) => {
    if (draft.before && draft.before.values['type'] !== draft.values['type']) {
      problems.add('type', 'Changing the type of custom fields is not supported.');
    }
  },
  clean: checkDefinition,
  afterSave: (row, before, context) => followDefinition(row, before, context),
  afterDelete: (row, context) => forget(context, contentTypesOf(row), textOf(row, 'name')),
};

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).toLowerCase()}`;
}

function checkDefinition({ draft, problems }: Check): void {
  const { values } = draft;
  const type = String(values['type']);
  const isSelection = type === 'select' || type === 'multiselect';
  const isObject = type === 'object' || type === 'multiobject';
  if (isSelection && !values['choice_set']) problems.add('choice_set', 'Selection fields must specify a set of choices.');
  else if (!isSelection && values['choice_set']) problems.add('choice_set', 'Choices may be set only on selection fields.');
  else if (isObject && !values['related_object_type'])
    problems.add('related_object_type', 'Object fields must define an object type.');
  else if (!isObject && values['related_object_type']) {
    const label = CUSTOM_FIELD_TYPE.find(([value]) => value === type)?.[1] ?? type;
    problems.add('type', `${label} fields may not define an object type.`);
  } else if (values['unique'] && type === 'boolean') {
    problems.add('unique', 'Uniqueness cannot be enforced for boolean fields');
  }
}

/** A field that joins a model brings its default to the existing objects; one that leaves takes its values along. */
function followDefinition(row: Row, before: Row | null, context: WriteContext): void {
  const name = textOf(row, 'name');
  const now = contentTypesOf(row);
  const earlier = before ? contentTypesOf(before) : [];
  if (sameJson(now, earlier)) return;
  const initial = valueOf(row, 'default');
  for (const type of now.filter(each => !earlier.includes(each) && context.world.hasType(each))) {
    if (initial === null) continue;
    for (const each of context.world.table(type).rows()) {
      context.world.put(type, { ...each, customFields: { ...each.customFields, [name]: initial } });
    }
  }
  forget(
    context,
    earlier.filter(each => !now.includes(each)),
    name,
  );
}

function forget({ world }: WriteContext, types: readonly string[], name: string): void {
  for (const type of types.filter(each => world.hasType(each))) {
    for (const row of [...world.table(type).rows()]) {
      if (!(name in row.customFields)) continue;
      const { [name]: _gone, ...rest } = row.customFields;
      world.put(type, { ...row, customFields: rest });
    }
  }
}
