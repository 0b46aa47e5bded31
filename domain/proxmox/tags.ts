/** One tag as Proxmox accepts it: no blanks, colons or slashes. */
const TAG = /^[a-z0-9_][a-z0-9_\-+.]*$/i;

/**
 * The tags of a guest, in the order given, each once. Proxmox returns `a;b;c`, accepts `;`, `,` and blanks between them, and stores
 * an empty list as one blank: empty parts are dropped.
 */
export function parseTags(text: string | null | undefined): string[] {
  return [...new Set((text ?? '').split(/[;,\s]+/).filter(tag => tag !== ''))];
}

export function formatTags(tags: readonly string[]): string {
  return tags.join(';');
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Tags are a set: their order depends on a data-centre option. */
export function sameTags(left: readonly string[], right: readonly string[]): boolean {
  const set = new Set(left);
  return set.size === new Set(right).size && right.every(tag => set.has(tag));
}
