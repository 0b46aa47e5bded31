import type { Identity } from '../../auth/identity';

export type Place =
  | 'overview'
  | 'runs'
  | 'endpoints'
  | 'schedules'
  | 'guests'
  | 'intent'
  | 'deletions'
  | 'notifications'
  | 'settings'
  | 'audit'
  | 'users'
  | 'health'
  | 'account';

interface NavigationItem {
  place: Place;
  href: string;
  text: string;
  shown: (caller: Identity) => boolean;
}

const seesSomething = (caller: Identity): boolean => caller.endpointsWith('view').length > 0;

/** Where one can go, in the order of the bar. A place that somebody may not open is not offered to them. */
export const navigation: readonly NavigationItem[] = [
  { place: 'overview', href: '/ui', text: 'Overview', shown: () => true },
  { place: 'runs', href: '/ui/runs', text: 'Runs', shown: seesSomething },
  { place: 'endpoints', href: '/ui/endpoints', text: 'Endpoints', shown: seesSomething },
  { place: 'schedules', href: '/ui/schedules', text: 'Schedules', shown: seesSomething },
  { place: 'guests', href: '/ui/guests', text: 'Guests', shown: seesSomething },
  { place: 'intent', href: '/ui/intent', text: 'Changes', shown: seesSomething },
  { place: 'deletions', href: '/ui/deletions', text: 'Deletions', shown: seesSomething },
  {
    place: 'notifications',
    href: '/ui/notifications',
    text: 'Notifications',
    shown: caller => caller.permissions('manage_endpoints'),
  },
  { place: 'settings', href: '/ui/settings', text: 'Settings', shown: seesSomething },
  { place: 'audit', href: '/ui/audit', text: 'Audit', shown: caller => caller.permissions('audit') },
  { place: 'users', href: '/ui/users', text: 'Users', shown: caller => caller.permissions('manage_users') },
  { place: 'health', href: '/ui/health', text: 'Health', shown: () => true },
];
