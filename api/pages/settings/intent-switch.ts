import { INTENT_PHRASE } from '../../../domain/settings/intent-switch';
import type { Identity } from '../../auth/identity';
import { csrfField, field, type FormState } from '../html/form';
import { h, type Html } from '../html/h';
import { badge } from '../html/state';

export const SWITCH = 'netbox_to_proxmox_enabled';
export const PHRASE = 'netbox_to_proxmox_typed_confirmation';

interface IntentSwitch {
  caller: Identity;
  on: boolean;
  may: boolean;
  version: number;
  state: FormState;
}

/** The one switch that lets changes in NetBox change guests in Proxmox. It is thrown on by typing a phrase, and off by a button. */
export function intentSwitch({ caller, on, may, version, state }: IntentSwitch): Html {
  const fixed = (name: string, value: string | number) => h('input', { type: 'hidden', name, value });
  return h(
    'section',
    { class: 'card danger', id: SWITCH },
    h('h2', null, 'Writing to Proxmox ', on ? badge('bad', 'on') : badge('calm', 'off')),
    h(
      'p',
      null,
      on
        ? 'Changes in NetBox create and change guests on every endpoint that allows changes, and requests to delete guests can be approved.'
        : 'Nothing that happens in NetBox changes a guest. Once this is on, changes in NetBox create and change real machines on every endpoint that allows changes, and requests to delete them can be approved.',
    ),
    may &&
      h(
        'form',
        { method: 'post', action: '/ui/settings' },
        csrfField(caller),
        fixed('version', version),
        fixed(SWITCH, on ? 'false' : 'true'),
        !on &&
          field(PHRASE, 'Type the phrase', state, {
            hint: ['To switch it on, type ', h('code', null, INTENT_PHRASE), ' here.'],
            autocomplete: 'off',
            required: true,
          }),
        h('button', { type: 'submit', class: on ? '' : 'danger' }, on ? 'Switch it off' : 'Allow changes to Proxmox'),
      ),
  );
}
