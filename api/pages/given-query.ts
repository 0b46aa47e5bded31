import type { Request } from 'express';
import type { z } from 'zod';
import { Problem } from '../errors';

/**
 * The query in the schema's shape. A field of a form that was left empty counts as absent.
 * @throws Problem `invalid-query`
 */
export function givenQuery<Schema extends z.ZodType>(req: Request, schema: Schema): z.output<Schema> {
  const given = Object.entries(req.query).filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const wrong = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? 'a name')))];
  throw new Problem('invalid-query', `The address asks for something that is not there: ${wrong.join(', ')}.`);
}

/** An address with what is defined of a query. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
