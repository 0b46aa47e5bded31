import type { DeletionView } from '../../deletion/schema';
import type { Identity } from '../../auth/identity';
import { button, checkbox, field, formErrors, postForm, type FormState } from '../html/form';
import { h, type Html } from '../html/h';
import { section } from '../html/parts';
import { isEnded } from './state';

/** Which form was sent, and what is wrong with it. */
export interface Sent extends FormState {
  verdict: 'approve' | 'reject' | 'cancel';
}

/** What somebody can do about a request; where they cannot, the reason stands in place of the button. */
export function decisionsOf(request: DeletionView, caller: Identity, sent: Sent | undefined): Html | null {
  if (isEnded(request)) return null;
  const { you } = request;
  const state = (verdict: Sent['verdict']): FormState => (sent?.verdict === verdict ? sent : { typed: {}, errors: {} });
  return h(
    'div',
    null,
    request.state === 'needs_requester' && adoption(request, caller),
    waitsApproved(request) &&
      section(
        'Look again',
        h('p', null, 'It is looked at every few minutes by itself.'),
        button(caller, `/ui/deletions/${request.id}/look`, 'Look now'),
      ),
    section('Approve', you.approve.allowed ? approval(request, caller, state('approve')) : refusalOf(you.approve)),
    section('Reject', you.reject.allowed ? rejection(request, caller, state('reject')) : refusalOf(you.reject)),
    you.cancel.allowed && section('Take it back', cancelling(request, caller, state('cancel'))),
  );
}

const waitsApproved = ({ state }: DeletionView): boolean => state === 'approved' || state === 'held' || state === 'blocked';

const refusalOf = ({ message }: DeletionView['you']['approve']): Html => h('p', { class: 'empty' }, message);

const adoption = ({ id }: DeletionView, caller: Identity): Html =>
  section(
    'Adopt',
    h(
      'p',
      null,
      'Whoever asked for this is none of our users. Adopt it, if the guest is really to go: you become its requester, and somebody else decides.',
    ),
    button(caller, `/ui/deletions/${id}/adopt`, 'Adopt this request'),
  );

/** What was seen: the version and the digest go along, so that nothing else is decided about. */
const seen = ({ version, digest }: DeletionView): Html[] => [
  h('input', { type: 'hidden', name: 'version', value: version }),
  h('input', { type: 'hidden', name: 'digest', value: digest ?? '' }),
];

function approval(request: DeletionView, caller: Identity, form: FormState): Html {
  const { id, name, vmid } = request;
  const wanted = name === null || name === '' ? `the VMID, ${vmid}` : `the name of the guest, ${name}`;
  return postForm(
    caller,
    `/ui/deletions/${id}/approve`,
    formErrors(form),
    ...seen(request),
    h(
      'p',
      null,
      'The guest and its disks are destroyed, once, after everything was checked again. ',
      h('strong', null, 'It cannot be taken back.'),
    ),
    field('name', `Type ${wanted}`, form, { required: true, autocomplete: 'off' }),
    checkbox(
      'without_backup',
      'It goes without a recent backup',
      form.typed['without_backup'] === 'on',
      'Else a missing backup blocks the approved request.',
    ),
    h('button', { type: 'submit', class: 'danger' }, 'Approve and destroy'),
  );
}

const rejection = (request: DeletionView, caller: Identity, form: FormState): Html =>
  postForm(
    caller,
    `/ui/deletions/${request.id}/reject`,
    formErrors(form),
    ...seen(request),
    field('reason', 'Why', form, { required: true, hint: 'The requesters read it. The guest stays.' }),
    h('button', { type: 'submit', class: 'primary' }, 'Reject'),
  );

const cancelling = (request: DeletionView, caller: Identity, form: FormState): Html =>
  postForm(
    caller,
    `/ui/deletions/${request.id}/cancel`,
    formErrors(form),
    ...seen(request),
    field('reason', 'Why, if you like', form),
    h('button', { type: 'submit' }, 'Cancel this request'),
  );
