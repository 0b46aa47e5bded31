const numbers = new Map<string, number>();

/** The number that stands for a content type in change log data. It differs between installations, as in NetBox. */
export function contentTypeId(name: string): number {
  let id = numbers.get(name);
  if (id === undefined) {
    id = numbers.size + 1;
    numbers.set(name, id);
  }
  return id;
}

/** The content type behind such a number; empty for one that was never given out. */
export function contentTypeName(id: number): string {
  return [...numbers].find(([, known]) => known === id)?.[0] ?? '';
}
