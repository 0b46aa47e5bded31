import type { Request } from 'express';
import { z } from 'zod';
import { Problem, type ProblemDetail } from './errors';

/** The body in the schema's shape; no body counts as `{}`. */
export function bodyOf<Schema extends z.ZodType>(req: Request, schema: Schema): z.output<Schema> {
  if (req.body === undefined && hasBody(req))
    throw new Problem('unsupported-media-type', 'Send JSON, with Content-Type: application/json.');
  const parsed = schema.safeParse(req.body ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(issue => details(issue, toPointer));
  throw new Problem('invalid-body', summary(errors), { errors });
}

export function queryOf<Schema extends z.ZodType>(req: Request, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(req.query);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(issue => details(issue, path => `?${path.join('.')}`));
  throw new Problem('invalid-query', summary(errors), { errors });
}

const idSchema = z.uuid();

/** An id in the path. What is no UUID names nothing. */
export function idOf(req: Request, what: string, param = 'id'): string {
  const parsed = idSchema.safeParse(req.params[param]);
  if (!parsed.success) throw notFound(what);
  return parsed.data.toLowerCase();
}

export const notFound = (what: string): Problem => new Problem('not-found', `There is no such ${what}.`);

const hasBody = (req: Request): boolean =>
  req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;

/** Zod's messages say what is expected and do not repeat what was given. */
function details(issue: z.core.$ZodIssue, place: (path: PropertyKey[]) => string): ProblemDetail[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({ pointer: place([...issue.path, key]), detail: 'This key is not known here.' }));
  }
  return [{ pointer: place(issue.path), detail: issue.message }];
}

/** RFC 6901. The empty pointer is the whole body. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const summary = (errors: ProblemDetail[]): string =>
  errors.length === 1
    ? `${errors[0]?.pointer || 'The body'}: ${errors[0]?.detail}`
    : `${errors.length} values are wrong; errors lists them.`;

/** The keys that have a value: what a change leaves out stays as it is. */
export function withoutAbsent<T extends object>(given: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
