export type FilterValue = string | number | boolean | null;

/** A list means any of them (of tags: all of them). `null` is NetBox's `null`: the relation is empty. */
export type NetBoxFilters = Readonly<Record<string, FilterValue | readonly FilterValue[] | undefined>>;

/** The query string with its `?`, or nothing. Names and values are encoded; parameters keep their order. */
export function queryString(filters: NetBoxFilters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** A comma list, as `fields=` and `omit=` take it, with `id` always in it: paging and matching need it. */
export function fieldList(fields: readonly string[]): string {
  return [...new Set(['id', ...fields])].join(',');
}

/**
 * Splits ids so that no request has more than `most` of them or a longer query than gunicorn takes: its request line
 * ends at 4,094 bytes unless configured otherwise.
 */
export function chunkIds(parameter: string, ids: readonly number[], most = 100, longest = 3_000): number[][] {
  const chunks: number[][] = [];
  let length = Infinity;
  for (const id of new Set(ids)) {
    const size = parameter.length + String(id).length + 2;
    let chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length >= most || length + size > longest) {
      chunk = [];
      chunks.push(chunk);
      length = 0;
    }
    chunk.push(id);
    length += size;
  }
  return chunks;
}
