import { conflictsOf } from './branching/conflicts';
import {
  NetBoxAuthError,
  NetBoxBranchConflictsError,
  NetBoxConflictError,
  NetBoxNotFoundError,
  NetBoxPermissionError,
  NetBoxPreconditionError,
  NetBoxResponseError,
  NetBoxUnavailableError,
  NetBoxValidationError,
  type NetBoxError,
} from './errors';
import { bounded, fieldErrorsOf, isRecord, summary } from './field-errors';
import type { NetBoxAnswer } from './wire';

/** What a status other than 2xx means. NetBox answers 403, never 401, to a missing or wrong token; 401 comes from a proxy. */
export function errorOf(answer: NetBoxAnswer): NetBoxError {
  const { status, body, request } = answer;
  const detail = detailOf(body);
  switch (true) {
    case answer.wantsTls && body === undefined:
      return new NetBoxResponseError(
        `it speaks TLS at this port, and plain http was asked for${answer.location === undefined ? '' : `; it redirects to ${bounded(answer.location, 200)}`}: give NETBOX_URL with https://`,
        request,
      );
    case status === 401:
      return new NetBoxAuthError('the server in front of NetBox wants a login', request);
    case status === 403:
      return isAboutToken(detail)
        ? new NetBoxAuthError(`NetBox does not accept the token: ${detail}`, request)
        : new NetBoxPermissionError(detail, request);
    case status === 404:
      return new NetBoxNotFoundError(body === undefined ? 'this NetBox has no such route' : detail, request);
    case status === 409 && isRecord(body) && Array.isArray(body['conflicts']):
      return new NetBoxBranchConflictsError(conflictsOf(body['conflicts']), request);
    case status === 409:
      return new NetBoxConflictError(detail, request);
    case status === 412:
      return new NetBoxPreconditionError(answer.etag, request);
    case status === 413:
      return new NetBoxValidationError({}, 'the request is larger than NetBox, or a proxy, accepts', request);
    case status === 400 && body !== undefined: {
      const fields = fieldErrorsOf(body);
      return new NetBoxValidationError(fields, summary(fields), request);
    }
    case status === 429 || status >= 500:
      return new NetBoxUnavailableError(`NetBox is unavailable: ${detail}`, answer.retryAfterMs, request);
    case status >= 300 && status < 400:
      return new NetBoxResponseError(
        `the server redirects to ${bounded(answer.location ?? 'nowhere', 200)}: check the base URL`,
        request,
      );
    default:
      return new NetBoxResponseError(`the answer is not one of NetBox's: ${detail}`, request);
  }
}

/** NetBox's one-line reason: `detail`, or of a 500 `exception` and `error`. At most 500 characters: a refused delete names every dependent. */
export function detailOf(body: unknown): string {
  if (!isRecord(body)) return body === undefined ? 'no JSON in the answer' : summary(fieldErrorsOf(body), 500);
  if (typeof body['detail'] === 'string') return bounded(body['detail'], 500);
  if (typeof body['exception'] === 'string') return bounded(`${body['exception']}: ${String(body['error'])}`, 500);
  return summary(fieldErrorsOf(body), 500);
}

/** The words of NetBox 4.5 to 4.7's token authentication, and of the framework's for no credentials at all. */
function isAboutToken(detail: string): boolean {
  return /^(Authentication credentials were not provided|Invalid v\d token|Invalid token|Invalid authorization header|Token (disabled|expired)|User inactive|Source IP |Client IP address could not)/i.test(
    detail,
  );
}
