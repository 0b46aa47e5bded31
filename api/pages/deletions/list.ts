import type { Endpoint } from '../../../database/repositories/endpoints';
import type { Person } from '../../../database/repositories/people/holders';
import type { Identity } from '../../auth/identity';
import type { DeletionRowView, DeletionView } from '../../deletion/schema';
import { choice, empty, heading, link, row, section, table } from '../html/parts';
import { field, formErrors, postForm, type FormState } from '../html/form';
import { h, type Html } from '../html/h';
import { pager, type Paging } from '../html/pager';
import { time } from '../html/time';
import { deletionCard, guestText } from './card';
import { deletionBadge } from './state';

interface Inbox extends Paging {
  /** Whose deadline comes first, first. */
  open: readonly { request: DeletionView; deciders: readonly Person[] }[];
  ended: readonly DeletionRowView[];
  /** Where the caller may ask for deletions. */
  endpoints: readonly Endpoint[];
  caller: Identity;
  form: FormState;
}

export function inboxBody({ open, ended, endpoints, caller, form, ...paging }: Inbox): (Html | null)[] {
  return [
    heading('Deletion requests'),
    h(
      'p',
      { class: 'lead' },
      'A guest is destroyed only after somebody other than those who asked has approved, and everything was checked once more. What nobody decides expires, and the guest stays.',
    ),
    ...(open.length === 0
      ? [empty('No request is open.')]
      : open.map(({ request, deciders }) => deletionCard(request, deciders))),
    endpoints.length === 0 ? null : asking(endpoints, caller, form),
    ended.length === 0 && paging.first
      ? null
      : section(
          'Ended',
          table(
            'Requests that have ended',
            ['Guest', 'End', 'When', 'By', 'Asked for by'],
            ended.map(request =>
              row(
                link(`/ui/deletions/${request.id}`, guestText(request)),
                deletionBadge(request.state),
                time(request.endedAt),
                request.endedBy ?? '–',
                request.requestedBy.map(({ name }) => name).join(', '),
              ),
            ),
          ),
          pager('/ui/deletions', {}, paging),
        ),
  ];
}

const asking = (endpoints: readonly Endpoint[], caller: Identity, form: FormState): Html =>
  section(
    'Ask for a deletion',
    formErrors(form),
    postForm(
      caller,
      '/ui/deletions',
      choice(
        'endpoint_id',
        'Endpoint',
        endpoints.map(({ id, name }) => [id, name] as const),
        form.typed['endpoint_id'],
      ),
      field('vmid', 'VMID', form, { required: true }),
      choice(
        'kind',
        'Kind',
        [
          ['', 'as the last sync saw it'],
          ['qemu', 'Virtual machine'],
          ['lxc', 'Container'],
        ],
        form.typed['kind'],
      ),
      field('reason', 'Why', form, {
        required: true,
        hint: 'Whoever decides reads it. Nothing happens to the guest but a tag until then.',
      }),
      h('button', { type: 'submit', class: 'primary' }, 'Ask for the deletion'),
    ),
  );
