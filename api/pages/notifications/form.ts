import type { Endpoint } from '../../../database/repositories/endpoints';
import { eventDescriptions, notificationEvents } from '../../../domain/notifications/events';
import type { Identity } from '../../auth/identity';
import { checkbox, field, fieldError, formErrors, type FormState, postForm, radio, type Typed } from '../html/form';
import { h, type Html } from '../html/h';
import { choice } from '../html/parts';

export const newTarget: FormState = {
  typed: { kind: 'mail', staleAfterHours: '24', expiresWithinDays: '14' },
  errors: {},
};

/** What the form means, in the words of the API. */
export function targetFrom(typed: Typed, events: readonly string[]): object {
  const kind = typed['kind'] ?? '';
  const endpoint = typed['endpoint'] === undefined || typed['endpoint'] === '' ? null : typed['endpoint'];
  return {
    kind,
    name: typed['name'] ?? '',
    ...(kind === 'webhook' ? { url: typed['url'] ?? '' } : { recipients: addressesIn(typed['recipients'] ?? '') }),
    subscriptions: events.map(event => ({ event, endpoint })),
    staleAfterHours: Number(typed['staleAfterHours']),
    expiresWithinDays: Number(typed['expiresWithinDays']),
  };
}

const addressesIn = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map(address => address.trim())
    .filter(address => address !== '');

export function targetForm(caller: Identity, endpoints: readonly Endpoint[], state: FormState): Html {
  const { typed, errors } = state;
  const kind = typed['kind'] ?? 'mail';
  // A wrong address is told at its place in the list.
  const recipients = Object.entries(errors).find(([name]) => name.startsWith('recipients'))?.[1];
  const shown: FormState = recipients === undefined ? state : { typed, errors: { ...errors, recipients } };
  return h(
    'details',
    { open: Object.keys(errors).length > 0 },
    h('summary', null, 'Add a target'),
    formErrors(shown),
    postForm(
      caller,
      '/ui/notifications',
      field('name', 'Name', shown, { required: true, hint: 'Who is told, such as: network team.' }),
      h(
        'fieldset',
        null,
        h('legend', null, 'By'),
        radio('kind', 'mail', 'Mail', kind),
        radio('kind', 'webhook', 'Webhook', kind, 'JSON by HTTP POST, signed by Standard Webhooks; the key is shown once.'),
      ),
      field('recipients', 'Mail addresses', shown, { hint: 'Of a mail, separated by commas.' }),
      field('url', 'Address', shown, { type: 'url', hint: 'Of a webhook, such as https://chat.example.com/hook.' }),
      h(
        'fieldset',
        null,
        h('legend', null, 'About'),
        ...notificationEvents.map(event => checkbox('events', eventDescriptions[event], true, event, event)),
        fieldError(shown, 'subscriptions'),
      ),
      choice(
        'endpoint',
        'Of',
        [['', 'all endpoints'], ...endpoints.map(({ id, name }) => [id, name] as const)],
        typed['endpoint'],
      ),
      field('staleAfterHours', 'Stale after so many hours', shown, { required: true }),
      field('expiresWithinDays', 'Tokens that expire within so many days', shown, { required: true }),
      h('button', { type: 'submit', class: 'primary' }, 'Add the target'),
    ),
  );
}
