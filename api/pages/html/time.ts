import { h, type Html } from './h';

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** A moment: in UTC as it is sent, in the reader's own form where scripts run, with UTC as its title. */
export function time(moment: Date | string | null): Html | string {
  if (moment === null) return '–';
  const date = typeof moment === 'string' ? new Date(moment) : moment;
  const iso = date.toISOString();
  return h('time', { datetime: iso, title: `${iso.slice(0, 19).replace('T', ' ')} UTC` }, `${format.format(date)} UTC`);
}
