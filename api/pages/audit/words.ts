import type { AuditResult, AuditRow } from '../../../domain/audit/record';
import type { Html } from '../html/h';
import { link } from '../html/parts';
import { badge } from '../html/state';
import { readable } from '../html/words';

const results: Record<AuditResult, Parameters<typeof badge>> = {
  succeeded: ['good', 'Succeeded'],
  refused: ['warn', 'Refused'],
  failed: ['bad', 'Failed'],
  unknown: ['bad', 'Unknown'],
};

export const resultText = (result: AuditResult): string => results[result][1];

/** What came of it. An intent says nothing about that: its outcome does. */
export const resultBadge = ({ result, phase }: Pick<AuditRow, 'result' | 'phase'>): Html =>
  result === null ? badge('calm', phase === 'intent' ? 'About to' : 'Noted') : badge(...results[result]);

/** `endpoint.test` as *Endpoint: test*, `session.sign-in` as *Session: sign in*. */
export function actionText(action: string): string {
  const [what = '', done = ''] = action.split('.');
  const words = readable(done);
  return `${readable(what)}: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

export const whoText = ({ actor }: Pick<AuditRow, 'actor'>): string =>
  actor.authenticatedBy === 'none' ? actor.name : `${actor.name}, by ${actor.authenticatedBy}`;

const places: Readonly<Record<string, string>> = {
  endpoint: '/ui/endpoints',
  run: '/ui/runs',
  user: '/ui/users',
  role: '/ui/roles',
  schedule: '/ui/schedules',
};

/** Names of endpoints, users, roles and schedules by their ids. */
export type Names = ReadonlyMap<string, string>;

/** What a row is about, with a link to its page where it has one; by the name that it has now, else by the one that was noted. */
export function objectOf({ object, detail }: Pick<AuditRow, 'object' | 'detail'>, names: Names): Html | string {
  if (object === null) return '–';
  const { type, id } = object;
  if (type === 'settings') return link('/ui/settings', 'Settings');
  const named = names.get(id ?? '') ?? detail['name'] ?? detail['username'];
  const text = `${readable(type)} ${typeof named === 'string' ? named : (id?.slice(0, 8) ?? '')}`.trim();
  const place = places[type];
  return place === undefined || id === null ? text : link(`${place}/${id}`, text);
}
