import type { Random } from './random';

/** JSON text with the keys of every object in random order, as Perl writes it. */
export function writeJson(value: unknown, order: Random): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(item => writeJson(item, order)).join(',')}]`;
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) parts.push(`${JSON.stringify(key)}:${writeJson(item, order)}`);
  }
  return `{${order.shuffle(parts).join(',')}}`;
}
