/** A value of a guest's field as people read it. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every(item => ['string', 'number'].includes(typeof item))) return value.join(', ') || '–';
  return JSON.stringify(value);
}
