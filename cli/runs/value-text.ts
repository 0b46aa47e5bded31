import { plain } from '../output/colors';

/** A longer text is cut. */
const WIDTH = 70;

/** A value of a NetBox field for people: texts as they are, `(none)` for an empty one, other objects by their key. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '(none)';
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.map(valueText).join(', ');
  if (isReference(value)) return plain(referenceText(value));
  const text = plain(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}

/** Tags, roles and types that every sync needs go by their slug, which ends their key. */
const referenceText = ({ ref, key }: Reference): string => (ref === 'support' ? (key.split('/').at(-1) ?? key) : `${ref} ${key}`);

/** Another object of the plan, which may not exist yet. */
interface Reference {
  ref: string;
  key: string;
}

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && 'ref' in value && 'key' in value && typeof value.key === 'string';
