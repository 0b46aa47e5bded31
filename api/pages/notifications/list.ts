import type { Endpoint } from '../../../database/repositories/endpoints';
import type { NotificationTarget } from '../../../database/repositories/notifications/targets';
import { notificationEvents } from '../../../domain/notifications/events';
import type { Identity } from '../../auth/identity';
import type { DeliveryView } from '../../notifications/schema';
import { button, type FormState } from '../html/form';
import { type Children, h, type Html } from '../html/h';
import { empty, heading, notice, row, section, table } from '../html/parts';
import { badge } from '../html/state';
import { time } from '../html/time';
import { targetForm } from './form';

export interface NotificationParts {
  targets: readonly NotificationTarget[];
  deliveries: readonly DeliveryView[];
  endpoints: readonly Endpoint[];
  state: FormState;
  /** Of a webhook that was just made. */
  secret: string | null;
}

export function notificationBody(
  caller: Identity,
  { targets, deliveries, endpoints, state, secret }: NotificationParts,
): Children[] {
  const nameOf = new Map(endpoints.map(({ id, name }) => [id, name]));
  return [
    heading('Notifications'),
    secret !== null && secretNotice(secret),
    section(
      'Who is told',
      targets.length === 0
        ? empty('Nobody is told of anything yet.')
        : table(
            'Targets',
            ['Target', 'By', 'About', 'State', ''],
            targets.map(target => targetRow(caller, target, nameOf)),
          ),
      targetForm(caller, endpoints, state),
    ),
    h('div', { id: 'messages' }),
    section(
      'Latest messages',
      deliveries.length === 0
        ? empty('Nothing was told yet.')
        : table(
            'Latest messages',
            ['When', 'To', 'Message', 'State', ''],
            deliveries.map(delivery => deliveryRow(caller, delivery)),
          ),
      h('p', { class: 'hint' }, 'A worker looks every minute. What is not taken is tried again, ever later, ten times in all.'),
    ),
  ];
}

const secretNotice = (secret: string): Html =>
  notice(
    'good',
    h(
      'p',
      null,
      h('strong', null, 'The target is made. '),
      'Give the receiver this key, to check signatures by. It is shown this once.',
    ),
    h('pre', { class: 'secret', tabindex: 0 }, secret),
  );

function targetRow(caller: Identity, target: NotificationTarget, nameOf: ReadonlyMap<string, string>): Html {
  const { id, name, kind, enabled, recipients, url, subscriptions, version } = target;
  const base = `/ui/notifications/${id}`;
  const about = subscriptions.map(({ event, endpointId }) =>
    endpointId === null ? event : `${event} of ${nameOf.get(endpointId) ?? 'an endpoint'}`,
  );
  return row(
    name,
    kind === 'mail' ? recipients.join(', ') : h('code', null, url ?? ''),
    aboutWords(about),
    enabled ? badge('good', 'Enabled') : badge('calm', 'Disabled'),
    [
      button(caller, `${base}/test`, 'Send a test'),
      ' ',
      enabled ? button(caller, `${base}/disable`, 'Disable') : button(caller, `${base}/enable`, 'Enable'),
      ' ',
      button(caller, `${base}/delete`, 'Delete', { tone: 'danger', fields: { version: String(version) } }),
    ],
  );
}

/** Whoever is told of each event of every endpoint is told everything. */
const aboutWords = (about: readonly string[]): string => {
  if (about.length === 0) return 'nothing';
  return notificationEvents.every(event => about.includes(event)) ? 'everything' : about.join(', ');
};

const deliveryStates = { pending: ['calm', 'Waits'], sent: ['good', 'Sent'], dead: ['bad', 'Given up'] } as const;

function deliveryRow(caller: Identity, delivery: DeliveryView): Html {
  const [tone, text] = deliveryStates[delivery.state];
  return row(
    time(delivery.createdAt),
    (delivery.target ?? delivery.person)?.name ?? '–',
    [delivery.subject, delivery.lastError !== null && h('small', { class: 'hint' }, ` ${delivery.lastError}`)],
    [
      badge(tone, text),
      delivery.attempts > 1 && ` after ${delivery.attempts} attempts`,
      delivery.state === 'pending' &&
        delivery.attempts > 0 &&
        delivery.nextAttemptAt !== null && [', again ', time(delivery.nextAttemptAt)],
    ],
    delivery.state === 'dead' ? button(caller, `/ui/notifications/deliveries/${delivery.id}/retry`, 'Send again') : '',
  );
}
