import type { Request, Response } from 'express';
import { z } from 'zod';
import { Problem } from './errors';

/** Query parameters of every list that comes in pages. */
export const pagingQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Most items of one page.'),
  cursor: z.string().max(500).optional().describe('Where the page starts: from the Link header of the page before.'),
};

export function encodeCursor(cursor: object): string {
  return Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url');
}

/** @throws Problem `invalid-query` for a text that no page gave out. */
export function decodeCursor<Schema extends z.ZodType>(text: string | undefined, schema: Schema): z.output<Schema> | undefined {
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  const detail = 'Use the cursor of the Link header of the page before, or none for the first page.';
  throw new Problem('invalid-query', `cursor: ${detail}`, { errors: [{ pointer: '?cursor', detail }] });
}

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
