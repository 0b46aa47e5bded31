/**
 * An answer that is not 200, as Proxmox VE 9.2 sends it: status, message (its first line is the reason phrase) and, for 400,
 * one text per parameter. Thrown by handlers, written by the server.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors?: Record<string, string>,
  ) {
    super(message);
  }
}

/** 400: one or more parameters are refused. */
export class ParameterError extends ApiError {
  constructor(errors: Record<string, string>) {
    super(400, 'Parameter verification failed.', errors);
  }
}

/** 403: the caller lacks a privilege; `detail` is what stands in brackets. */
export class PermissionError extends ApiError {
  constructor(detail?: string) {
    super(403, detail === undefined ? 'Permission check failed' : `Permission check failed (${detail})`);
  }
}

/** 401: no credential, or a bad one. Sent late and without a body. */
export class AuthError extends ApiError {
  constructor(message: string) {
    super(401, message);
  }
}

/** An answer without a JSON body: 595 and 596 of the proxy, 501 and 506 of the transport, plain text errors. */
export class BareError extends ApiError {}

/** A `die` in Proxmox code: 500 with the text, or the exit text of a task. */
export function die(message: string): never {
  throw new ApiError(500, message);
}
