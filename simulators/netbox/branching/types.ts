import { randomBytes } from 'node:crypto';
import { Aborted } from '../errors';
import type { Json, JsonObject } from '../json';
import * as build from '../model/build';
import { CHANGE_ACTION } from '../model/choices';
import type { Choice, ComputedField } from '../model/field';
import type { ObjectType } from '../model/object-type';
import { booleanFilter, choiceFilter, relatedIdFilter, relatedNameFilter, timeFilter } from '../read/filter-kinds';
import type { Filter } from '../read/filter';
import type { Reader } from '../read/reader';
import { idOf, type Row, textOf, valueOf } from '../store/row';
import type { World } from '../store/world';
import { BRANCH_EVENT, BRANCH_STATUS, TRANSITIONAL } from './choices';
import { differing } from './conflicts';

export const BRANCH = 'netbox_branching.branch';
export const BRANCH_EVENTS = 'netbox_branching.branchevent';
export const CHANGE_DIFF = 'netbox_branching.changediff';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A parameter that other models have and this one ignores. */
const unknownFilter: Filter = () => undefined;

function choiceOf(name: string, choices: readonly Choice[]): ComputedField {
  return build.computed(name, row => {
    const value = textOf(row, name);
    return { value, label: choices.find(([known]) => known === value)?.[1] ?? '' };
  });
}

const stored = (name: string): ComputedField => build.computed(name, row => valueOf(row, name));

const person = (name: string): ComputedField =>
  build.computed(name, (row, reader) => reader.nested('users.user', idOf(row, name)));

/** `plugins/branching/branches`. What its jobs write (status, times) no client can set. */
export const branch: ObjectType = {
  key: BRANCH,
  endpoint: 'plugins/branching/branches',
  className: 'Branch',
  label: 'branch',
  isPlain: true,
  fields: [
    build.required('name', 100, { unique: true }),
    choiceOf('status', BRANCH_STATUS),
    person('owner'),
    build.description,
    stored('schema_id'),
    stored('last_sync'),
    stored('merged_time'),
    person('merged_by'),
    build.comments,
    build.tags,
    build.customFields,
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'name', 'status', 'description'],
  display: build.displayName,
  sortKey: build.byName,
  nameField: 'schema_id',
  naturalKey: row => textOf(row, 'name'),
  filters: {
    status: choiceFilter('status', BRANCH_STATUS),
    last_sync: timeFilter(row => textOf(row, 'last_sync')),
    owner_id: relatedIdFilter('users.user', row => [idOf(row, 'owner')]),
    owner: relatedNameFilter('users.user', row => [idOf(row, 'owner')]),
  },
  beforeSave: (draft, _world, user) => {
    if (draft.before) return;
    Object.assign(draft.values, { status: 'new', schema_id: newSchemaId(), owner: user.id });
    Object.assign(draft.values, { last_sync: null, merged_time: null, merged_by: null });
  },
  beforeDelete: row => {
    const status = textOf(row, 'status');
    if (TRANSITIONAL.has(status)) throw new Aborted(`A branch in the ${status} status may not be deleted.`);
  },
};

function newSchemaId(): string {
  return [...randomBytes(8)].map(byte => ALPHABET[byte % ALPHABET.length]).join('');
}

/** `plugins/branching/branch-events`: what became of branches, newest first. It has no filter by branch. */
export const branchEvent: ObjectType = {
  key: BRANCH_EVENTS,
  endpoint: 'plugins/branching/branch-events',
  className: 'BranchEvent',
  label: 'branch event',
  readOnly: true,
  changeLogged: false,
  isPlain: true,
  fields: [
    { kind: 'datetime', name: 'time' },
    build.needed('branch', BRANCH, 'cascade'),
    build.optional('user', 'users.user', 'clear'),
    build.choice('type', BRANCH_EVENT, 'provisioned'),
  ],
  brief: ['id', 'url', 'display'],
  display: row => `BranchEvent object (${row.id})`,
  sortKey: row => [-row.id],
  filters: {
    branch_id: unknownFilter,
    branch: unknownFilter,
    user_id: unknownFilter,
    user: unknownFilter,
    time: timeFilter(row => textOf(row, 'time')),
  },
};

/** Of several types the plugin takes the last (1.2.2, measured); NetBox's own lists take all. */
const lastTypeFilter: Filter = (values, lookup) =>
  lookup === '' ? { test: row => textOf(row, 'object_type') === values.at(-1) } : undefined;

/** `plugins/branching/changes`: one row for each object that a branch touched, last touched first. Rows outlive the merge. */
export const changeDiff: ObjectType = {
  key: CHANGE_DIFF,
  endpoint: 'plugins/branching/changes',
  className: 'ChangeDiff',
  label: 'change diff',
  readOnly: true,
  changeLogged: false,
  isPlain: true,
  fields: [
    build.needed('branch', BRANCH, 'cascade'),
    { kind: 'contentType', name: 'object_type', idField: 'object_id' },
    { kind: 'integer', name: 'object_id' },
    build.computed('object', showObject),
    build.text('object_repr', 200, { search: true }),
    build.choice('action', CHANGE_ACTION, 'update'),
    stored('conflicts'),
    build.computed('diff', row => diffOf(row)),
    build.computed('original_data', row => valueOf(row, 'original')),
    build.computed('modified_data', row => valueOf(row, 'modified')),
    build.computed('current_data', row => valueOf(row, 'current')),
    { kind: 'lastUpdated', name: 'last_updated' },
  ],
  brief: ['id', 'url', 'display', 'object_type', 'object_id', 'object_repr', 'action'],
  display: displayDiff,
  sortKey: row => [-Date.parse(row.lastUpdated), -row.id],
  filters: {
    has_conflicts: booleanFilter(row => valueOf(row, 'conflicts') !== null),
    object_type: lastTypeFilter,
    object_repr: unknownFilter,
    created: unknownFilter,
  },
};

/** The object as main has it: what only the branch has is not shown, not even inside the branch. */
function showObject(row: Row, reader: Reader): Json {
  const type = textOf(row, 'object_type');
  const id = idOf(row, 'object_id');
  return reader.world.main.get(type, id) ? reader.nested(type, id) : null;
}

function displayDiff(row: Row, world: World): string {
  const action = CHANGE_ACTION.find(([value]) => value === textOf(row, 'action'))?.[1] ?? '';
  const type = textOf(row, 'object_type');
  const label = world.hasType(type) ? world.type(type).label : type;
  return `${action} ${label} ${textOf(row, 'object_repr')} (${String(idOf(row, 'object_id'))})`;
}

/** Original, modified and current values of the attributes that differ in the branch or in main. */
function diffOf(row: Row): Json {
  const states = {
    original: dataOf(row, 'original'),
    modified: dataOf(row, 'modified'),
    current: dataOf(row, 'current'),
  };
  const { original } = states;
  const altered = new Set([...differing(original, states.modified), ...differing(original, states.current)]);
  const cut = (data: JsonObject | null): JsonObject =>
    Object.fromEntries(Object.entries(data ?? {}).filter(([name]) => altered.has(name)));
  return { original: cut(original), modified: cut(states.modified), current: cut(states.current) };
}

/** One of the three states that a change diff keeps; null when the object did not exist in it. */
export function dataOf(row: Row, state: 'original' | 'modified' | 'current'): JsonObject | null {
  const data = valueOf(row, state);
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? data : null;
}

export const branchingTypes: readonly ObjectType[] = [branch, branchEvent, changeDiff];
