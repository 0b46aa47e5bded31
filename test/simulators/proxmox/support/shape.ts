/** The shape of a JSON value: types of leaves, and for every key whether all, or only some, objects of a list have it. */
export type Shape = string | { list: Shape } | { keys: Record<string, Shape> };

export function shapeOf(value: unknown): Shape {
  if (value === null) return 'null';
  if (Array.isArray(value)) return { list: value.map(shapeOf).reduce(merge, 'nothing') };
  if (typeof value === 'object')
    return { keys: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)])) };
  return typeof value;
}

function merge(a: Shape, b: Shape): Shape {
  if (a === 'nothing') return b;
  if (b === 'nothing') return a;
  if (typeof a === 'object' && typeof b === 'object') {
    if ('list' in a && 'list' in b) return { list: merge(a.list, b.list) };
    if ('keys' in a && 'keys' in b) {
      const keys = { ...a.keys };
      for (const [key, shape] of Object.entries(b.keys)) keys[key] = keys[key] === undefined ? shape : merge(keys[key], shape);
      return { keys };
    }
  }
  return JSON.stringify(a) === JSON.stringify(b)
    ? a
    : [...new Set([...String(a).split('|'), ...String(b).split('|')])].sort().join('|');
}

/** What a simulated answer has otherwise than the recorded one; empty when they have the same shape. */
export function differences(recorded: Shape, simulated: Shape, path = 'data'): string[] {
  if (recorded === 'nothing' || simulated === 'nothing') return [];
  if (typeof recorded === 'string' || typeof simulated === 'string') {
    const [a, b] = [recorded, simulated].map(shape => (typeof shape === 'string' ? shape : 'list' in shape ? 'list' : 'object'));
    return a === b || (a ?? '').split('|').includes(b ?? '') || (b ?? '').split('|').includes(a ?? '')
      ? []
      : [`${path}: recorded ${a}, simulated ${b}`];
  }
  if ('list' in recorded || 'list' in simulated) {
    if (!('list' in recorded && 'list' in simulated)) return [`${path}: a list on one side only`];
    return differences(recorded.list, simulated.list, `${path}[]`);
  }
  const found: string[] = [];
  for (const [key, shape] of Object.entries(recorded.keys)) {
    const other = simulated.keys[key];
    if (other !== undefined) found.push(...differences(shape, other, `${path}.${key}`));
    else found.push(`${path}.${key}: missing in the simulation`);
  }
  for (const key of Object.keys(simulated.keys)) {
    if (recorded.keys[key] === undefined) found.push(`${path}.${key}: not in the recording`);
  }
  return found;
}
