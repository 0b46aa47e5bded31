import type { FieldErrors } from './errors';
import type { NetBoxObject } from './object';

/**
 * What became of one element. `index` and `item` are the caller's own.
 * A deleted object has its `id` only.
 */
export type BulkResult<Item> = { readonly index: number; readonly item: Item } & (
  { readonly ok: true; readonly object: NetBoxObject } | { readonly ok: false; readonly error: BulkItemError }
);

/**
 * `refused`: NetBox's rules or permissions forbid it. `missing`: no such object, or invisible to the token.
 * `precondition`: it changed after it was read. In each case nothing was written for this element.
 */
export interface BulkItemError {
  readonly kind: 'refused' | 'missing' | 'precondition';
  /** NetBox's words by field; of the whole object under `__all__`. */
  readonly fields: FieldErrors;
  /** One line of at most 1,000 characters. */
  readonly text: string;
}
