import type { Endpoint } from '../../../database/repositories/endpoints';
import type { GuestRead } from '../../../database/repositories/guest-reads';
import { h, type Html } from '../html/h';
import { pager, type Paging } from '../html/pager';
import { choice, empty, filters, heading, link, row, section, table } from '../html/parts';
import { badge } from '../html/state';
import { time } from '../html/time';

interface GuestList extends Paging {
  guests: readonly GuestRead[];
  endpoints: readonly Endpoint[];
  filter: Readonly<Partial<Record<'type' | 'endpoint' | 'vmid' | 'q', string>>>;
  netboxUrl: string | undefined;
}

export const guestTitles = { qemu: 'Virtual machines', lxc: 'LXC containers' } as const;

const anything = ['', 'any'] as const;

export function guestListBody({ guests, endpoints, filter, netboxUrl, ...paging }: GuestList): Html[] {
  const title = guestTitle(filter.type);
  return [
    heading(
      title,
      h(
        'nav',
        { class: 'tabs', 'aria-label': 'Sorts of guests' },
        ...([['', 'All'], ...Object.entries(guestTitles)] as const).map(([type, text]) =>
          h(
            'a',
            {
              href: type === '' ? '/ui/guests' : `/ui/guests?type=${type}`,
              'aria-current': (filter.type ?? '') === type ? 'page' : null,
            },
            text,
          ),
        ),
      ),
    ),
    filters(
      'Filter guests',
      filter.type !== undefined && h('input', { type: 'hidden', name: 'type', value: filter.type }),
      choice('endpoint', 'Endpoint', [anything, ...endpoints.map(({ id, name }) => [id, name] as const)], filter.endpoint),
      h('label', null, 'VMID', h('input', { name: 'vmid', value: filter.vmid ?? '', inputmode: 'numeric', size: 8 })),
      h('label', null, 'Name', h('input', { name: 'q', value: filter.q ?? '' })),
    ),
    section(
      'By endpoint and VMID',
      guests.length === 0
        ? empty('No guest is like that. Guests are listed here from their first sync on.')
        : table(
            title,
            ['Endpoint', 'VMID', 'Sort', 'Name', 'Node', 'In NetBox', 'Last seen'],
            guests.map(guest => guestRow(guest, netboxUrl)),
          ),
      pager('/ui/guests', filter, paging),
    ),
  ];
}

export const guestTitle = (type: string | undefined): string =>
  type === 'qemu' || type === 'lxc' ? guestTitles[type] : 'Guests';

const guestRow = (guest: GuestRead, netboxUrl: string | undefined): Html =>
  row(
    link(`/ui/endpoints/${guest.endpointId}`, guest.endpointName),
    h('code', null, guest.vmid),
    sortOf(guest),
    link(guestPath(guest), guest.name),
    guest.node ?? '–',
    netboxCell(guest, netboxUrl),
    [time(guest.lastSeen.toISOString()), guest.missingSince !== null && [' ', badge('warn', 'Gone')]],
  );

export const guestPath = ({ endpointId, vmid }: Pick<GuestRead, 'endpointId' | 'vmid'>): string =>
  `/ui/endpoints/${endpointId}/guests/${vmid}`;

export const sortOf = ({ type }: Pick<GuestRead, 'type'>): string => (type === 'qemu' ? 'VM' : 'Container');

export function netboxCell({ netboxId }: GuestRead, netboxUrl: string | undefined): Html | string {
  if (netboxId === null) return '–';
  const text = `VM ${netboxId}`;
  return netboxUrl === undefined ? text : link(`${netboxUrl}/virtualization/virtual-machines/${netboxId}/`, text);
}
