import type { GuestRead } from '../../../database/repositories/guest-reads';
import { intentPermission } from '../../../domain/intent/gate';
import type { Identity } from '../../auth/identity';
import { field, formErrors, postForm, type FormState } from '../html/form';
import { h, type Html } from '../html/h';
import { facts, heading, link, notice, section } from '../html/parts';
import { time } from '../html/time';
import { guestPath, netboxCell, sortOf } from './list';

interface GuestPage {
  guest: GuestRead;
  caller: Identity;
  netboxUrl: string | undefined;
  /** Of the change that is asked for. */
  form: FormState;
}

/** One guest, with what may be asked for it: a plan of a change, which changes nothing, and its deletion, about which somebody else decides. */
export function guestBody({ guest, caller, netboxUrl, form }: GuestPage): Html[] {
  const { endpointId, type, missingSince } = guest;
  const may = (op: 'update' | 'delete') => missingSince === null && caller.permissions(intentPermission(op, type), endpointId);
  return [
    heading(`${guest.name} (${guest.vmid})`, link(`/ui/guests?endpoint=${endpointId}`, 'Guests of the endpoint')),
    ...(missingSince === null ? [] : [notice('warn', 'Proxmox does not have this guest any more.')]),
    section('Guest', factsOf(guest, netboxUrl)),
    ...(may('update') ? [change(guest, caller, form)] : []),
    ...(may('delete') ? [deletion(guest, caller)] : []),
  ];
}

const factsOf = (guest: GuestRead, netboxUrl: string | undefined): Html =>
  facts([
    ['Endpoint', link(`/ui/endpoints/${guest.endpointId}`, guest.endpointName)],
    ['VMID', h('code', null, guest.vmid)],
    ['Sort', sortOf(guest)],
    ['Node', guest.node ?? '–'],
    ['CPUs', guest.shown.vcpus ?? '–'],
    ['Memory', typeof guest.shown.memory === 'number' ? `${guest.shown.memory.toLocaleString('en')} MiB` : '–'],
    ['In NetBox', netboxCell(guest, netboxUrl)],
    ['Last seen', time(guest.lastSeen.toISOString())],
  ]);

const change = (guest: GuestRead, caller: Identity, form: FormState): Html =>
  section(
    'Plan a change',
    h(
      'p',
      { class: 'hint' },
      'Planning changes nothing: it shows what would be sent to Proxmox, and whether it may be. What is left empty stays as it is.',
    ),
    formErrors(form),
    postForm(
      caller,
      `${guestPath(guest)}/plan`,
      field('cores', 'CPUs', form, { placeholder: String(guest.shown.vcpus ?? '') }),
      field('memory_mib', 'Memory, in MiB', form, { placeholder: String(guest.shown.memory ?? '') }),
      field('name', 'Name', form, { placeholder: guest.name }),
      field('description', 'Notes', form, { rows: 2 }),
      h('button', { type: 'submit', class: 'primary' }, 'Plan the change'),
    ),
  );

const deletion = ({ endpointId, vmid, type }: GuestRead, caller: Identity): Html =>
  section(
    'Ask for its deletion',
    postForm(
      caller,
      '/ui/deletions',
      ...Object.entries({ endpoint_id: endpointId, vmid, kind: type }).map(([name, value]) =>
        h('input', { type: 'hidden', name, value: String(value) }),
      ),
      field(
        'reason',
        'Why',
        { typed: {}, errors: {} },
        {
          required: true,
          hint: 'Somebody else decides, and reads it. Nothing happens to the guest but a tag until then.',
        },
      ),
      h('button', { type: 'submit', class: 'danger' }, 'Ask for the deletion'),
    ),
  );
