import { type Json, printed, repr } from '../../json';
import { contentTypesFilter } from '../../read/filter-kinds';
import { valueOf } from '../../store/row';
import * as build from '../build';
import type { Choice } from '../field';
import type { Check, ObjectType } from '../object-type';

const METHODS: Choice[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map(method => [method, method]);
const ACTIONS: Choice[] = [
  ['webhook', 'Webhook'],
  ['script', 'Script'],
  ['notification', 'Notification'],
];
const EVENT_TYPES = [
  ...['object_created', 'object_updated', 'object_deleted', 'job_started', 'job_completed', 'job_failed', 'job_errored'],
];
const BRANCH_EVENT_TYPES = ['provisioned', 'deprovisioned', 'synced', 'merged', 'reverted'].map(name => `branch_${name}`);

/** `extras/webhooks`. Templates of headers and bodies are not played. */
export const webhook: ObjectType = {
  key: 'extras.webhook',
  endpoint: 'extras/webhooks',
  className: 'Webhook',
  label: 'webhook',
  fields: [
    build.required('name', 150, { unique: true }),
    build.description,
    build.required('payload_url', 500),
    build.choice('http_method', METHODS, 'POST', { bare: true }),
    build.text('http_content_type', 100, { default: 'application/json' }),
    { kind: 'text', name: 'additional_headers', blank: true },
    { kind: 'text', name: 'body_template', blank: true },
    build.text('secret', 255),
    build.bool('ssl_verification', true),
    build.text('ca_file_path', 4096, { nullable: true }),
    { ...build.integer('timeout', 1, 3600), since: 7 },
    build.customFields,
    build.owner,
    build.tags,
    ...build.stamps,
  ],
  brief: ['id', 'url', 'display', 'name', 'description'],
  display: build.displayName,
  sortKey: build.byName,
  nameField: 'name',
  clean: checkWebhook,
};

function checkWebhook({ draft, problems }: Check): void {
  const url = String(draft.values['payload_url']);
  if (!/^https?:\/\/[^/]/i.test(url)) problems.add('payload_url', 'Enter a valid URL, beginning with http:// or https://.');
}

/** `extras/event-rules`. Rules for events of branches deliver; conditions, and events of other objects, are not played. */
export function eventRule(branching: boolean): ObjectType {
  const known = new Set([...EVENT_TYPES, ...(branching ? BRANCH_EVENT_TYPES : [])]);
  return {
    key: 'extras.eventrule',
    endpoint: 'extras/event-rules',
    className: 'EventRule',
    label: 'event rule',
    fields: [
      { kind: 'contentTypes', name: 'object_types', required: true },
      build.required('name', 150, { unique: true }),
      build.bool('enabled', true),
      { kind: 'json', name: 'event_types', required: true, check: value => unknownEvents(known, value) },
      { kind: 'json', name: 'conditions', nullable: true },
      build.choice('action_type', ACTIONS, 'webhook', { required: true }),
      { kind: 'contentType', name: 'action_object_type', idField: 'action_object_id', nullable: true, cascade: true },
      { kind: 'integer', name: 'action_object_id', nullable: true },
      build.genericObject('action_object', 'action_object_type', 'action_object_id'),
      { ...build.computed('action_is_available', () => true), since: 7 },
      build.description,
      build.customFields,
      build.owner,
      build.tags,
      ...build.stamps,
    ],
    brief: ['id', 'url', 'display', 'name', 'description'],
    display: build.displayName,
    sortKey: build.byName,
    nameField: 'name',
    filters: {
      object_type: contentTypesFilter('object_types'),
      event_type: values => ({
        test: row => {
          const types = valueOf(row, 'event_types');
          return Array.isArray(types) && types.some(type => values.includes(String(type)));
        },
      }),
    },
  };
}

function unknownEvents(known: ReadonlySet<string>, value: Json): Json | undefined {
  if (!Array.isArray(value)) return [`Expected a list of items but got type "${repr(value)}".`];
  const wrong = value.flatMap((name, index): [string, Json][] =>
    known.has(String(name)) ? [] : [[String(index), [`"${printed(name)}" is not a valid choice.`]]],
  );
  return wrong.length > 0 ? Object.fromEntries(wrong) : undefined;
}
