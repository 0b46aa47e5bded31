import type { Request, Response } from 'express';
import { z } from 'zod';
import { Problem } from './errors';
import { queryOf } from './validate';

/** Query parameters of every list that comes in pages. */
export const pagingQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Most items of one page.'),
  cursor: z.string().max(500).optional().describe('Where the page starts: from the Link header of the page before.'),
};

/** Of a list that is so short that most of it comes in one page. */
export const shortListQuery = z.strictObject({
  ...pagingQuery,
  limit: pagingQuery.limit.unwrap().default(500).describe('Most items of one page.'),
});

/** What a page of a list looks like. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('For the next page; null on the last one.'),
  });

const itemCursor = z.strictObject({ after: z.union([z.string(), z.number()]) });

/**
 * The page of a short list that a request asks for.
 * @throws Problem `invalid-query`, also when the item after which the page starts is gone.
 */
export function pageOf<Item extends { id: string } | { seq: number }>(
  req: Request,
  res: Response,
  all: readonly Item[],
  { limit, cursor }: z.output<typeof shortListQuery> = queryOf(req, shortListQuery),
): { items: Item[]; nextCursor: string | null } {
  const idOf = (item: Item): string | number => ('seq' in item ? item.seq : item.id);
  const after = decodeCursor(cursor, itemCursor)?.after;
  const start = after === undefined ? 0 : all.findIndex(item => idOf(item) === after) + 1;
  if (after !== undefined && start === 0) throw wrongCursor('What this page came after is gone. Begin with the first page.');
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const nextCursor = last === undefined || start + limit >= all.length ? null : encodeCursor({ after: idOf(last) });
  setNextLink(req, res, nextCursor);
  return { items, nextCursor };
}

export function encodeCursor(cursor: object): string {
  return Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url');
}

/** @throws Problem `invalid-query` for a text that no page gave out. */
export function decodeCursor<Schema extends z.ZodType>(text: string | undefined, schema: Schema): z.output<Schema> | undefined {
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw wrongCursor('Use the cursor of the Link header of the page before, or none for the first page.');
}

const wrongCursor = (detail: string): Problem =>
  new Problem('invalid-query', `cursor: ${detail}`, { errors: [{ pointer: '?cursor', detail }] });

/** RFC 8288: the address of the next page, with the same filters. The caller follows it relative to this request. */
export function setNextLink(req: Request, res: Response, cursor: string | null): void {
  if (cursor === null) return;
  const query = new URLSearchParams(req.originalUrl.split('?')[1] ?? '');
  query.set('cursor', cursor);
  res.set('Link', `<${req.baseUrl}${req.path}?${query.toString()}>; rel="next"`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
