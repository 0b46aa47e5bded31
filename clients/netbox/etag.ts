/**
 * The ETag of an object from its `last_updated`, as NetBox 4.6 and 4.7 make it: a list row is enough, no detail GET is needed.
 * NetBox writes the instant in UTC with its microseconds; a server with another time zone shows `last_updated` with that offset.
 */
export function etagOf(lastUpdated: string): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(lastUpdated);
  if (match === null) throw new TypeError(`"${lastUpdated.slice(0, 60)}" is not a NetBox time stamp`);
  const [, seconds, fraction = '', zone] = match;
  const utc = new Date(`${seconds}${zone}`).toISOString().slice(0, 19);
  return `W/"${utc}${fraction}+00:00"`;
}
