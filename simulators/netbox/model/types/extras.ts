import { isObject } from '../../json';
import { contentTypeFilter, contentTypesFilter, relatedNameFilter, timeFilter } from '../../read/filter-kinds';
import { naturalKey } from '../../store/natural-sort';
import { idOf, numberOf, type Row, textOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import { BUTTON_CLASS, JOURNAL_KIND } from '../choices';
import type { JsonField } from '../field';
import type { ObjectType } from '../object-type';

const unicodeSlug = {
  pattern: /^[-\w\p{L}\p{N}]+$/u,
  message: 'consisting of Unicode letters, numbers, underscores, or hyphens.',
};

/** `extras/tags`. */
export const tag: ObjectType = {
  key: 'extras.tag',
  endpoint: 'extras/tags',
  className: 'Tag',
  label: 'tag',
  fields: [
    build.required('name', 100, { unique: true }),
    build.slug({
      unique: true,
      checks: [
        { pattern: unicodeSlug.pattern, message: `Enter a valid “slug” ${unicodeSlug.message}` },
        { pattern: unicodeSlug.pattern, message: `Enter a valid "slug" ${unicodeSlug.message}` },
      ],
    }),
    {
      kind: 'text',
      name: 'color',
      max: 6,
      default: '9e9e9e',
      checks: [{ pattern: /^[0-9a-f]{6}$/, message: 'Enter a valid hexadecimal RGB color code.' }],
    },
    build.description,
    build.integer('weight', 0, 32767, { nullable: false, default: 1000 }),
    { kind: 'contentTypes', name: 'object_types' },
    build.computed('tagged_items', (row, reader) => taggedItems(row, reader.world), { nested: 'absent' }),
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'color', 'description'],
  display: build.displayName,
  sortKey: row => [numberOf(row, 'weight') ?? 0, naturalKey(textOf(row, 'name'))],
  filters: { object_types: contentTypesFilter('object_types') },
  afterDelete: (row, { world }) => untag(row, world),
};

function taggedItems(row: Row, world: World): number {
  return world.types.reduce((sum, type) => sum + world.table(type.key).ids('tags', row.id).size, 0);
}

function untag(row: Row, world: World): void {
  for (const type of world.types) {
    for (const tagged of world.table(type.key).find('tags', row.id)) {
      world.put(type.key, { ...tagged, tags: tagged.tags.filter(id => id !== row.id) });
    }
  }
}

/** `extras/custom-links`. */
export const customLink: ObjectType = {
  key: 'extras.customlink',
  endpoint: 'extras/custom-links',
  className: 'CustomLink',
  label: 'custom link',
  fields: [
    { kind: 'contentTypes', name: 'object_types', required: true },
    build.required('name', 100, { unique: true }),
    build.bool('enabled', true),
    { kind: 'text', name: 'link_text', required: true },
    { kind: 'text', name: 'link_url', required: true },
    build.integer('weight', 0, 32767, { nullable: false, default: 100 }),
    build.text('group_name', 50),
    build.choice('button_class', BUTTON_CLASS, 'default', { bare: true }),
    build.bool('new_window', false),
    build.owner,
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'name'],
  display: build.displayName,
  sortKey: row => [naturalKey(textOf(row, 'group_name')), numberOf(row, 'weight') ?? 0, naturalKey(textOf(row, 'name'))],
  nameField: 'name',
  filters: { object_type: contentTypesFilter('object_types') },
};

const parameters: JsonField = {
  kind: 'json',
  name: 'parameters',
  required: true,
  check: value => {
    if (!isObject(value)) return ['Filter parameters must be stored as a dictionary of keyword arguments.'];
    return Object.keys(value).length === 0 ? ['This field cannot be blank.'] : undefined;
  },
};

/** `extras/saved-filters`. */
export const savedFilter: ObjectType = {
  key: 'extras.savedfilter',
  endpoint: 'extras/saved-filters',
  className: 'SavedFilter',
  label: 'saved filter',
  fields: [
    { kind: 'contentTypes', name: 'object_types', required: true },
    build.required('name', 100, { unique: true }),
    build.slug({ unique: true }),
    build.description,
    build.optional('user', 'users.user', 'clear', { bare: true }),
    build.integer('weight', 0, 32767, { nullable: false, default: 100 }),
    build.bool('enabled', true),
    build.bool('shared', true),
    parameters,
    build.owner,
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'name', 'slug', 'description'],
  display: build.displayName,
  sortKey: row => [numberOf(row, 'weight') ?? 0, naturalKey(textOf(row, 'name'))],
  filters: { object_type: contentTypesFilter('object_types') },
};

/** `extras/journal-entries`: notes on objects, gone with them. */
export const journalEntry: ObjectType = {
  key: 'extras.journalentry',
  endpoint: 'extras/journal-entries',
  className: 'JournalEntry',
  label: 'journal entry',
  fields: [
    { kind: 'contentType', name: 'assigned_object_type', idField: 'assigned_object_id', required: true, cascade: true },
    { kind: 'integer', name: 'assigned_object_id', required: true, min: 0 },
    build.genericObject('assigned_object', 'assigned_object_type', 'assigned_object_id'),
    { kind: 'created', name: 'created' },
    build.optional('created_by', 'users.user', 'clear', { bare: true }),
    build.choice('kind', JOURNAL_KIND, 'info'),
    { kind: 'text', name: 'comments', required: true, search: true },
    build.tags,
    build.customFields,
    { kind: 'lastUpdated', name: 'last_updated' },
  ],
  brief: ['id', 'url', 'display', 'created'],
  display: row => `${row.created.slice(0, 16).replace('T', ' ')} (${kindLabel(row)})`,
  sortKey: row => [-Date.parse(row.created), -row.id],
  filters: {
    assigned_object_type: contentTypeFilter('assigned_object_type'),
    created_by: relatedNameFilter('users.user', row => [idOf(row, 'created_by')]),
    created: timeFilter(row => row.created),
  },
  beforeSave: (draft, _world, user) => {
    draft.values['created_by'] ??= user.id;
  },
};

function kindLabel(row: Row): string {
  return JOURNAL_KIND.find(([value]) => value === textOf(row, 'kind'))?.[1] ?? '';
}
