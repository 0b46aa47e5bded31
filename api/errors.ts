/** Every way in which a request can fail. Codes are a contract with programs: never rename one. */
export const problemKinds = {
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  'invalid-query': { status: 400, title: 'A query parameter is wrong' },
  'invalid-header': { status: 400, title: 'A header is wrong' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  'sign-in-failed': { status: 401, title: 'User or password is wrong' },
  'sign-in-refused': { status: 401, title: 'The sign-in was refused' },
  'permission-denied': { status: 403, title: 'A permission is missing' },
  'not-a-person': { status: 403, title: 'Only for people' },
  'csrf-failed': { status: 403, title: 'Not sent by a page of this service' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The path has no such method' },
  'name-taken': { status: 409, title: 'The name is taken' },
  'netbox-user-taken': { status: 409, title: 'The NetBox user is linked already' },
  'last-administrator': { status: 409, title: 'Nobody would be left to administer' },
  'built-in-role': { status: 409, title: 'The role is built in' },
  'role-in-use': { status: 409, title: 'Somebody has the role' },
  'run-open': { status: 409, title: 'A run is open' },
  'run-ended': { status: 409, title: 'The run has ended' },
  'not-awaiting-confirmation': { status: 409, title: 'The run does not wait for a person' },
  'other-plan': { status: 409, title: 'The plan is another one' },
  'no-endpoints': { status: 409, title: 'There is no endpoint to synchronise' },
  'endpoint-disabled': { status: 409, title: 'The endpoint is disabled' },
  'idempotency-key-in-flight': { status: 409, title: 'A request with this key has no answer yet' },
  'delivery-open': { status: 409, title: 'The message was not given up' },
  'intent-disabled': { status: 403, title: 'Changes of guests are switched off' },
  'plan-not-ready': { status: 409, title: 'The plan is not ready' },
  'plan-applied': { status: 409, title: 'The plan was applied already' },
  'plan-blocked': { status: 409, title: 'The plan has guests that are blocked' },
  'apply-open': { status: 409, title: 'The branch is being applied' },
  'merge-open': { status: 409, title: 'The branch is being merged' },
  'not-applying': { status: 409, title: 'The run applies no changes' },
  'no-hold': { status: 409, title: 'Nothing is held for the change' },
  'own-request': { status: 403, title: 'Somebody else must decide' },
  'target-mismatch': { status: 409, title: 'The request is about another guest' },
  'deletion-state': { status: 409, title: 'The request is in another state' },
  'deletion-closing': { status: 409, title: 'A request of the guest is just ending' },
  'not-approved': { status: 412, title: 'Nobody has approved it' },
  'hook-refused': { status: 401, title: 'The signature is wrong' },
  stale: { status: 412, title: 'Somebody else changed it first' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not JSON' },
  'invalid-body': { status: 422, title: 'The body is wrong' },
  'idempotency-key-reused': { status: 422, title: 'The key was used for another request' },
  'secret-required': { status: 422, title: 'A secret has to be entered again' },
  'if-match-required': { status: 428, title: 'If-Match is missing' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'netbox-sign-in-failed': { status: 422, title: 'NetBox does not know this user and password' },
  'locked-out': { status: 429, title: 'Too many failures to sign in' },
  internal: { status: 500, title: 'Internal error' },
  'sign-in-unavailable': { status: 503, title: 'The sign-in provider does not answer' },
  'netbox-unavailable': { status: 503, title: 'NetBox could not be asked' },
  'temporal-unavailable': { status: 503, title: 'Temporal cannot be reached' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached' },
} as const;

export type ProblemCode = keyof typeof problemKinds;

/** What is wrong with one value of the request. */
export interface ProblemDetail {
  /** JSON pointer into the body, or `?name` of a query parameter. */
  pointer: string;
  detail: string;
}

export interface ProblemExtras {
  errors?: ProblemDetail[];
  headers?: Record<string, string>;
}

/** Thrown by a handler to answer with a problem. The detail says what to do and reaches the caller as it is. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly errors: ProblemDetail[];
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    { errors = [], headers = {} }: ProblemExtras = {},
  ) {
    super(detail);
    this.errors = errors;
    this.headers = headers;
  }
}

/** Temporal did not answer, or refused. Nothing is known to have been started. Try again; when it refuses, its words say what it lacks. */
export class TemporalUnavailableError extends Error {
  override readonly name = 'TemporalUnavailableError';

  constructor(reason: string, cause: unknown) {
    super(`Temporal does not answer, or refuses: ${reason}`, { cause });
  }
}
