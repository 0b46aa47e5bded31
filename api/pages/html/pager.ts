import { withQuery } from '../given-query';
import { h, type Html } from './h';
import { link } from './parts';

export interface Paging {
  /** Whether this is the first page. */
  first: boolean;
  /** Cursor of the next page; undefined on the last. */
  next: string | undefined;
}

export function pager(path: string, query: Readonly<Record<string, string | undefined>>, { first, next }: Paging): Html | null {
  if (first && next === undefined) return null;
  return h(
    'nav',
    { class: 'pager', 'aria-label': 'Pages' },
    !first && link(withQuery(path, query), 'First page'),
    next !== undefined && link(withQuery(path, { ...query, cursor: next }), 'Next page'),
  );
}
