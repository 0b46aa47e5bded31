import { errorOf } from './classify';
import { NetBoxConflictError, NetBoxPermissionError, NetBoxPreconditionError, NetBoxValidationError } from './errors';
import type { BulkItemError } from './bulk-result';
import { fieldErrorsOf, isRecord, summary } from './field-errors';
import type { NetBoxAnswer } from './wire';

/**
 * Which elements a refused bulk request names, by place in the request, in either of NetBox's forms:
 * 4.7 `{"detail", "errors": [{"index" | "id", "errors"}]}`; before, of a create, a list parallel to the request with `{}` for the good ones.
 * Empty when it names none: an update of 4.6 stops at the first bad element and does not say which.
 */
export function namedErrors(answer: NetBoxAnswer, ids: readonly (number | undefined)[]): Map<number, BulkItemError> {
  const named = new Map<number, BulkItemError>();
  const { body } = answer;
  if (Array.isArray(body) && body.length === ids.length && body.every(isRecord)) {
    body.forEach((errors, place) => {
      if (Object.keys(errors).length > 0) named.set(place, itemError(errors));
    });
  }
  if (isRecord(body) && Array.isArray(body['errors'])) {
    for (const entry of body['errors'].filter(isRecord)) {
      const place = typeof entry['index'] === 'number' ? entry['index'] : ids.indexOf(Number(entry['id']));
      if (place >= 0 && place < ids.length) named.set(place, itemError(entry['errors']));
    }
  }
  return named;
}

function itemError(errors: unknown): BulkItemError {
  const fields = fieldErrorsOf(errors);
  const missing = fields['id']?.some(words => /does not exist/.test(words)) ?? false;
  return { kind: missing ? 'missing' : 'refused', fields, text: summary(fields) };
}

/**
 * What a refusal that names no element means for an element that is alone in its request. What is no refusal of an element (a token
 * that is not accepted, a route that does not exist, junk) is thrown.
 */
export function refusalOf(answer: NetBoxAnswer): BulkItemError {
  const error = errorOf(answer);
  if (error instanceof NetBoxValidationError) return { kind: 'refused', fields: error.fields, text: error.text };
  if (error instanceof NetBoxPreconditionError) return { kind: 'precondition', fields: {}, text: error.words };
  if (error instanceof NetBoxConflictError || error instanceof NetBoxPermissionError) {
    return { kind: 'refused', fields: { __all__: [error.words] }, text: error.words };
  }
  throw error;
}

/** An element whose id did not come back from an update: NetBox 4.5 and 4.6 skip it silently. */
export function missingError(id: number): BulkItemError {
  const text = `Object with ID ${id} does not exist, or the token may not change it`;
  return { kind: 'missing', fields: { id: [text] }, text };
}
