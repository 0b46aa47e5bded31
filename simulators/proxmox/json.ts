import type { Random } from './random';

const NEEDS_ESCAPE = /["\\\p{Cc}\p{Cs}]/u;

/** JSON text with the keys of every object in random order, as Perl writes it. Undefined values are left out. */
export function writeJson(value: unknown, order: Random): string {
  switch (typeof value) {
    case 'string':
      return NEEDS_ESCAPE.test(value) ? JSON.stringify(value) : `"${value}"`;
    case 'number':
      return String(value);
    case 'boolean':
      return value ? '1' : '0';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? writeList(value, order) : writeObject(value, order);
    default:
      return 'null';
  }
}

function writeList(items: readonly unknown[], order: Random): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) text += (i === 0 ? '' : ',') + writeJson(items[i], order);
  return `${text}]`;
}

function writeObject(value: object, order: Random): string {
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) parts.push(`${JSON.stringify(key)}:${writeJson(item, order)}`);
  }
  return `{${order.shuffle(parts).join(',')}}`;
}
