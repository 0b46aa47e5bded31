import type { Request } from 'express';
import type { z } from 'zod';
import { Problem, problemKinds } from '../errors';
import { toPointer } from '../validate';
import type { FieldErrors, Typed } from './html/form';

/** The fields of a form; of several with one name the last. */
export function typedOf(req: Request): Typed {
  const body: unknown = req.body;
  if (typeof body !== 'object' || body === null) return {};
  const entries = Object.entries(body).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    return typeof last === 'string' ? [[name, last]] : [];
  });
  return Object.fromEntries(entries);
}

/** All values of fields that have one name, such as ticked boxes. */
export function listOf(req: Request, name: string): string[] {
  const body: unknown = req.body;
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return [value].flat().filter(item => typeof item === 'string');
}

export const orNull = (text: string | undefined): string | null => (text === undefined || text.trim() === '' ? null : text);

export type Checked<T> = { data: T } | { errors: FieldErrors };

/** Checks what a form means by the schema of the API. Errors stand under the names of fields: `/tls/ca` is `tls.ca`. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown, typed: Typed): Checked<z.output<Schema>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data };
  const errors = parsed.error.issues.map(({ path, message }): [string, string] => {
    const name = fieldName(toPointer(path));
    return [name, typed[name]?.trim() === '' ? 'Fill this in.' : message];
  });
  return { errors: Object.fromEntries(errors.reverse()) };
}

/**
 * What a refused change has to say beside the fields of its form; throws on what is about no form.
 */
export function refusal(error: unknown): FieldErrors {
  if (!(error instanceof Problem) || ![409, 412, 422].includes(problemKinds[error.code].status)) throw error;
  if (error.code === 'stale') return { '': 'Somebody else changed this meanwhile. Open the form again to see what it is now.' };
  if (error.errors.length === 0) return { '': error.detail };
  return Object.fromEntries(error.errors.map(({ pointer, detail }) => [fieldName(pointer), detail]));
}

const fieldName = (pointer: string): string => pointer.slice(1).replaceAll('/', '.');
