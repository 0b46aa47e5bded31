/** Comparison keys that sort as NetBox's `natural_sort` collation does: digits by value, punctuation first, case last. */
export function naturalKey(text: string): string {
  return text
    .toLowerCase()
    .replace(/[ _-]/g, mark => (mark === ' ' ? '\u0001' : mark === '_' ? '\u0002' : '\u0003'))
    .replace(/\d+/g, digits => digits.padStart(12, '0'));
}

/** The key of interface names, which NetBox sorts by bytes after padding numbers: `NET0` before `net0`. */
export function interfaceKey(text: string): string {
  return text.replace(/\d+/g, digits => digits.padStart(6, '0'));
}
