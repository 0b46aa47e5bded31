import type { Identity } from '../../auth/identity';
import { button, field, formErrors, type FormState, postForm } from '../html/form';
import { h, type Html } from '../html/h';
import { section } from '../html/parts';

/** Who somebody is in NetBox, and how they prove it. */
export function netboxSection(caller: Identity, netboxUsername: string | null, state: FormState): Html {
  if (netboxUsername !== null) {
    return section(
      'Who you are in NetBox',
      h(
        'p',
        null,
        'You are linked with the NetBox user ',
        h('strong', null, netboxUsername),
        ': what they do there has your rights here.',
      ),
      button(caller, '/ui/account/netbox-link/end', 'End the link'),
    );
  }
  return section(
    'Who you are in NetBox',
    h(
      'p',
      null,
      'Changes that somebody merges in NetBox have the rights of the person who is linked with that user. Sign in there once to prove which one is yours: your password is used for that and not kept.',
    ),
    formErrors(state),
    postForm(
      caller,
      '/ui/account/netbox-link',
      field('username', 'User in NetBox', state, { required: true, autocomplete: 'off' }),
      field('password', 'Password in NetBox', state, { type: 'password', required: true, autocomplete: 'off' }),
      h('button', { type: 'submit' }, 'Prove it'),
    ),
  );
}
