/**
 * What can go wrong between us and NetBox. No error carries a token, a header or more than a bounded part of an answer.
 * `retryable`: the same call may simply be made again later.
 */

/** The request that failed; `requestId` is NetBox's own `X-Request-ID`, when an answer came. */
export interface NetBoxRequestInfo {
  readonly method: string;
  readonly path: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

export abstract class NetBoxError extends Error {
  readonly retryable: boolean = false;
  readonly request: NetBoxRequestInfo | undefined;
  /** The message without the request. */
  readonly words: string;

  constructor(words: string, request?: NetBoxRequestInfo, options?: ErrorOptions) {
    super(request === undefined ? words : `${words} (${describeRequest(request)})`, options);
    this.name = new.target.name;
    this.words = words;
    this.request = request;
  }
}

function describeRequest({ method, path, status, requestId }: NetBoxRequestInfo): string {
  const answer = status === undefined ? '' : `, status ${status}`;
  return `${method} ${path}${answer}${requestId === undefined ? '' : `, request ${requestId}`}`;
}

/** NetBox does not accept the token: wrong, expired, disabled, or not from this address. Enter a valid token. */
export class NetBoxAuthError extends NetBoxError {}

/** NetBox knows no such user with this password, or the user is not active. Look at the name as NetBox writes it, and type the password again. */
export class NetBoxSignInError extends NetBoxError {}

/** The token is valid but lacks the permission, or may not write, or the object would leave the permission's constraint. Grant it. */
export class NetBoxPermissionError extends NetBoxError {}

/** The object, or the route, does not exist, or this token may not see the object: NetBox does not tell the two apart. */
export class NetBoxNotFoundError extends NetBoxError {}

/** NetBox refused the values. `fields` has its words by field; errors of the whole object stand under `__all__`. */
export class NetBoxValidationError extends NetBoxError {
  readonly fields: FieldErrors;
  /** One line of at most 1,000 characters. */
  readonly text: string;

  constructor(fields: FieldErrors, text: string, request?: NetBoxRequestInfo) {
    super(`NetBox refused the values: ${text}`, request);
    this.fields = fields;
    this.text = text;
  }
}

export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** The object changed after it was read (`If-Match`, status 412). Read it again and decide anew. */
export class NetBoxPreconditionError extends NetBoxError {
  readonly currentEtag: string | undefined;

  constructor(currentEtag: string | undefined, request?: NetBoxRequestInfo) {
    super('the object changed after it was read', request);
    this.currentEtag = currentEtag;
  }
}

/** Other objects depend on the one to be deleted. `text` is the beginning of NetBox's list of them. */
export class NetBoxConflictError extends NetBoxError {
  readonly text: string;

  constructor(text: string, request?: NetBoxRequestInfo) {
    super(`NetBox will not delete it: ${text}`, request);
    this.text = text;
  }
}

/** One object that a branch and main changed differently. */
export interface BranchConflict {
  readonly objectType: string;
  readonly objectId: number;
  readonly objectName: string;
  readonly action: string;
  /** Attributes; their values stand in `original`, `branch` and `main`. */
  readonly fields: readonly string[];
  readonly original: Readonly<Record<string, unknown>>;
  readonly branch: Readonly<Record<string, unknown>>;
  readonly main: Readonly<Record<string, unknown>>;
}

/** Main changed what the branch changed, too. Look at the conflicts; ask again with them acknowledged and the branch's values win. */
export class NetBoxBranchConflictsError extends NetBoxError {
  readonly conflicts: readonly BranchConflict[];

  constructor(conflicts: readonly BranchConflict[], request?: NetBoxRequestInfo) {
    super(`main changed ${conflicts.length} objects that the branch changed, too`, request);
    this.conflicts = conflicts;
  }
}

/** NetBox cannot be reached, is overloaded or answered 5xx to a read; or a write was turned away before it was looked at. Try later. */
export class NetBoxUnavailableError extends NetBoxError {
  override readonly retryable = true;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs: number | undefined, request?: NetBoxRequestInfo, options?: ErrorOptions) {
    super(message, request, options);
    this.retryAfterMs = retryAfterMs;
  }
}

/** NetBox's certificate is not trusted. Give the CA that signed it, or renew it. */
export class NetBoxTlsError extends NetBoxError {}

/**
 * A write was sent and no usable answer came: it may have happened or not. Never send it again before reading.
 * `inDoubt` may have been written, `untouched` certainly were not; what was settled before is in `results`, already reported to `onBatch`.
 */
export class NetBoxUnknownOutcomeError<Item = unknown, Result = unknown> extends NetBoxError {
  readonly inDoubt: readonly Item[];
  readonly untouched: readonly Item[];
  readonly results: readonly Result[];
  /**
   * What NetBox's 500 names, such as `IntegrityError`: the database refused, and nothing was written. Sent again unchanged it will
   * be refused again; reading shows whom it collides with.
   */
  readonly exception: string | undefined;

  constructor(
    message: string,
    parts: {
      inDoubt: readonly Item[];
      untouched?: readonly Item[];
      results?: readonly Result[];
      exception?: string | undefined;
    },
    request?: NetBoxRequestInfo,
    options?: ErrorOptions,
  ) {
    super(message, request, options);
    this.inDoubt = parts.inDoubt;
    this.untouched = parts.untouched ?? [];
    this.results = parts.results ?? [];
    this.exception = parts.exception;
  }
}

/** NetBox answers with another version than at the start of the run: it was upgraded. End the attempt and start with a new client. */
export class NetBoxVersionChangedError extends NetBoxError {
  override readonly retryable = true;
}

/** This version of NetBox is not supported. Use 4.5.8 or later, 4.6 or 4.7. */
export class NetBoxUnsupportedVersionError extends NetBoxError {}

/** What answered is not NetBox's REST API, or not as this version speaks: a login page, a redirect, junk. Check the base URL. */
export class NetBoxResponseError extends NetBoxError {}

/** A list has rows that its filter excludes: NetBox ignores filters that it does not know and returns everything. */
export class NetBoxFilterIgnoredError extends NetBoxError {}
