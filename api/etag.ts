import type { Request, Response } from 'express';
import { Problem } from './errors';

export function setETag(res: Response, version: number): void {
  res.set('ETag', tagOf(version));
}

/** The condition of a change: the header has to be there before anything is read. */
export function ifMatchOf(req: Request): string {
  const header = req.get('if-match');
  if (header === undefined || header.trim() === '')
    throw new Problem('if-match-required', "Read it first, and send its ETag as If-Match, so that nobody else's change is lost.");
  return header;
}

/** RFC 9110, 13.1.1: any of the listed strong tags, or `*` for whatever is there. */
export function requireMatch(ifMatch: string, version: number): void {
  const tags = ifMatch.split(',').map(tag => tag.trim());
  if (tags.includes('*') || tags.includes(tagOf(version))) return;
  throw new Problem('stale', `It is at version ${version} now. Read it again, and decide whether your change still holds.`, {
    headers: { ETag: tagOf(version) },
  });
}

const tagOf = (version: number): string => `"${version}"`;
