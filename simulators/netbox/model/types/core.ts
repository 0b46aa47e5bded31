import { contentTypeFilter, numberFilter, relatedNameFilter, textFilter, timeFilter } from '../../read/filter-kinds';
import { idOf, type Row, textOf, valueOf } from '../../store/row';
import type { World } from '../../store/world';
import * as build from '../build';
import { CHANGE_ACTION, JOB_STATUS } from '../choices';
import type { ObjectType } from '../object-type';

/** `core/object-changes`: the change log, newest first. */
export const objectChange: ObjectType = {
  key: 'core.objectchange',
  endpoint: 'core/object-changes',
  pagePath: 'core/changelog',
  className: 'ObjectChange',
  label: 'object change',
  readOnly: true,
  changeLogged: false,
  fields: [
    { kind: 'datetime', name: 'time' },
    build.optional('user', 'users.user', 'clear'),
    build.text('user_name', 150, { search: true }),
    build.text('request_id', 36),
    build.choice('action', CHANGE_ACTION, 'create'),
    { kind: 'contentType', name: 'changed_object_type', idField: 'changed_object_id' },
    { kind: 'integer', name: 'changed_object_id' },
    build.genericObject('changed_object', 'changed_object_type', 'changed_object_id'),
    build.text('object_repr', 200, { search: true }),
    build.text('message', 200, { search: true }),
    { kind: 'json', name: 'prechange_data' },
    { kind: 'json', name: 'postchange_data' },
  ],
  brief: [
    'id',
    'url',
    'display',
    'time',
    'user',
    'user_name',
    'request_id',
    'action',
    'changed_object_type',
    'changed_object_id',
    'object_repr',
  ],
  display: displayChange,
  sortKey: row => [-row.id],
  filters: {
    time_after: (values, _lookup, scope) => timeFilter(row => textOf(row, 'time'))(values, 'gte', scope),
    time_before: (values, _lookup, scope) => timeFilter(row => textOf(row, 'time'))(values, 'lte', scope),
    changed_object_type: contentTypeFilter('changed_object_type'),
    related_object_type: contentTypeFilter('related_object_type'),
    related_object_id: numberFilter(row => idOf(row, 'related_object_id')),
    request_id: textFilter(row => textOf(row, 'request_id'), 'request_id'),
    user: relatedNameFilter('users.user', row => [idOf(row, 'user')]),
  },
};

function displayChange(row: Row, world: World): string {
  const key = textOf(row, 'changed_object_type');
  const name = key.split('.')[0] ?? '';
  const app = ['dcim', 'ipam'].includes(name) ? name.toUpperCase() : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const label = world.hasType(key) ? world.type(key).label : key;
  const action = CHANGE_ACTION.find(([value]) => value === textOf(row, 'action'))?.[1] ?? '';
  return `${app} | ${label} ${textOf(row, 'object_repr')} ${action.toLowerCase()} by ${textOf(row, 'user_name')}`;
}

/** `core/jobs`: background work, such as that of branches and bulk writes with `?background=true`. */
export const job: ObjectType = {
  key: 'core.job',
  endpoint: 'core/jobs',
  className: 'Job',
  label: 'job',
  readOnly: true,
  changeLogged: false,
  fields: [
    { kind: 'contentType', name: 'object_type', idField: 'object_id', nullable: true, cascade: true },
    { kind: 'integer', name: 'object_id', nullable: true },
    build.genericObject('object', 'object_type', 'object_id'),
    build.text('name', 200, { search: true }),
    build.choice('status', JOB_STATUS, 'pending'),
    { kind: 'created', name: 'created' },
    build.fixed('scheduled', null),
    build.fixed('interval', null),
    { kind: 'datetime', name: 'started', nullable: true },
    { kind: 'datetime', name: 'completed', nullable: true },
    build.computed('execution_time', row => (valueOf(row, 'completed') ? '00:00:00.050000' : null)),
    build.optional('user', 'users.user', 'clear'),
    { kind: 'json', name: 'data', nullable: true },
    build.text('error', 2000),
    build.text('job_id', 36),
    build.fixed('queue_name', 'default'),
    build.fixed('notifications', { value: 'always', label: 'Always' }),
    build.fixed('log_entries', []),
  ],
  brief: ['id', 'url', 'status', 'created', 'completed', 'user'],
  display: build.displayName,
  sortKey: row => [-row.id],
  nameField: 'name',
};
