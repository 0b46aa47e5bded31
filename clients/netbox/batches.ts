/** One element of a bulk request, with its place in the caller's list. */
export interface BulkElement<Item> {
  readonly index: number;
  readonly item: Item;
  /** What is sent for it. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface BatchLimits<Item> {
  readonly maxItems: number;
  /** Bytes of JSON in one request. */
  readonly maxBytes: number;
  /** Elements with the same key stay in one request, even when that has more than `maxItems` for it. */
  readonly groupBy?: ((item: Item) => string | number) | undefined;
}

/** Splits a list into requests, in order; an element or group that is too large alone gets a request of its own. */
export function batchesOf<Item>(elements: readonly BulkElement<Item>[], limits: BatchLimits<Item>): BulkElement<Item>[][] {
  const batches: BulkElement<Item>[][] = [];
  let bytes = 0;
  for (const group of groupsOf(elements, limits.groupBy)) {
    const size = group.reduce((sum, { body }) => sum + Buffer.byteLength(JSON.stringify(body)) + 1, 0);
    const batch = batches.at(-1);
    if (batch === undefined || batch.length + group.length > limits.maxItems || bytes + size > limits.maxBytes) {
      batches.push([...group]);
      bytes = size;
    } else {
      batch.push(...group);
      bytes += size;
    }
  }
  return batches;
}

function groupsOf<Item>(
  elements: readonly BulkElement<Item>[],
  groupBy: BatchLimits<Item>['groupBy'],
): Iterable<BulkElement<Item>[]> {
  if (groupBy === undefined) return elements.map(element => [element]);
  const groups = new Map<string | number, BulkElement<Item>[]>();
  for (const element of elements) {
    const key = groupBy(element.item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [element]);
    else group.push(element);
  }
  return groups.values();
}
