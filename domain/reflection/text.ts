/** NetBox slugs: lower case letters, digits, `_` and `-`, at most 100 characters. */
export function slugify(text: string): string {
  const slug = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
  return slug === '' ? 'x' : slug;
}

/** A stable colour for a tag without one: `rrggbb`, derived from its text (FNV-1a). */
export function colorOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
  return (hash & 0xffffff).toString(16).padStart(6, '0');
}

/** NetBox descriptions hold one line of at most 200 characters. */
export const firstLine = (text: string): string =>
  text
    .split(/\r?\n/)
    .map(line => line.trim())
    .find(line => line !== '')
    ?.slice(0, 200) ?? '';
